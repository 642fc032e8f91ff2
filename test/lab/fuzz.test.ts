import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fuzz } from '../../src/cli/lab/fuzz.ts';
import { type JudgedFlow, judge } from '../../src/cli/lab/judge.ts';
import { readRegression } from '../../src/cli/lab/regression.ts';
import { labFuzzSchema } from '../../src/cli/schema/lab-fuzz.ts';
import type { Lab } from '../../src/lab/lab.ts';
import { openLab } from '../../src/lab/open-lab.ts';
import { randomCase } from '../../src/lab/random/random-case.ts';
import { differenceLine, questionLine } from '../../src/report/agreement/difference-line.ts';
import { PLAIN } from '../../src/report/text/style.ts';
import { labMissing } from '../differential/paths/namespaces.ts';

const missing = labMissing(['ip', 'bridge', 'nft', 'iptables-legacy-restore', 'ipset']);

const FIXED_SEED = 1;
const FRESH_SEED = randomInt(1_000_000);
const FLOWS = 20;
const REGRESSIONS = 'test/lab/regressions';

describe.skipIf(missing !== null)(`the kernel and the model (${missing ?? 'root'})`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterAll(async () => {
    await lab.close();
  });

  async function judgeAlone(
    ...request: Parameters<typeof judge> extends [Lab, ...infer R] ? R : never
  ) {
    try {
      return await judge(lab, ...request);
    } finally {
      await lab.clear({});
    }
  }

  it.each(readdirSync(REGRESSIONS))('agree on what they once did not: %s', async (file) => {
    const text = readFileSync(`${REGRESSIONS}/${file}`, 'utf8');
    const { topology, flow } = readRegression(text);
    const { flows } = await judgeAlone(topology, [flow]);
    expect(flows.map(verdict)).toEqual(['agree']);
  });

  it.each([
    ['fixed', FIXED_SEED, 0],
    ['fixed', FIXED_SEED, 1],
    ['fresh', FRESH_SEED, 0],
  ])('agree on random flows: %s seed %i, network %i', async (_kind, seed, number) => {
    const { topology, flows } = randomCase(seed, number, FLOWS);
    const judged = (await judgeAlone(topology, flows)).flows;
    expect(judged.map(verdict).filter((text) => text.startsWith('disagree'))).toEqual([]);
    // A run that compares nothing proves nothing.
    expect(judged.filter(({ agreement }) => agreement.kind === 'agree').length).toBeGreaterThan(0);
    expect(judged.some(({ report }) => report.visits.length > 0)).toBe(true);
  });

  it('are held against each other by `hookline lab fuzz`, which says what it reached', async () => {
    const out: string[] = [];
    const err: string[] = [];
    const io = {
      out: (text: string) => void out.push(text),
      err: (text: string) => void err.push(text),
      canvas: PLAIN_CANVAS,
      stdin: (async function* () {})(),
    };
    const request = { cases: 4, seed: FIXED_SEED, only: null, labs: 1, save: null };
    const code = await fuzz({ ...request, shrink: false, json: true }, io);
    const result = JSON.parse(out.join('')) as Record<string, unknown>;
    expect(err.join('')).toContain(`seed ${FIXED_SEED}`);
    expect(result).toMatchObject({ seed: FIXED_SEED, flows: 4, networks: 1, disagreements: [] });
    expect(labFuzzSchema.safeParse(result).error).toBeUndefined();
    expect(code).toBe(0);
  });
});

const PLAIN_CANVAS = { style: PLAIN, width: 100, edge: 100 };

function verdict({ agreement, unstable, flow }: JudgedFlow): string {
  if (unstable) return 'unstable';
  switch (agreement.kind) {
    case 'agree':
      return 'agree';
    case 'disagree':
      return `disagree ${flow.id}: ${agreement.differences.map(differenceLine).join('; ')}`;
    case 'open':
      return `open: ${agreement.questions.map(questionLine).join('; ')}`;
  }
}
