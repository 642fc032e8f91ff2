import { beforeAll, describe, expect, test } from 'vitest';
import { type JudgedFlow, judge } from '../../../src/cli/lab/judge.ts';
import type { Lab } from '../../../src/lab/lab.ts';
import { openLab } from '../../../src/lab/open-lab.ts';
import { missingProofs } from '../checklist/proofs.ts';
import { labMissing } from '../paths/namespaces.ts';
import { SCENES } from './all-scenes.ts';
import type { Scene, SceneFlow } from './scene.ts';

const missing = labMissing(['ip', 'bridge', 'ip6tables-nft', 'ip6tables-legacy', 'nft', 'sysctl']);

/** Laboratories that stand at the same time. */
const LABS = 2;

/** The running kernel and the model on the same networks of IPv6. */
describe.skipIf(missing !== null)(`IPv6 on the kernel${missing ? ` (${missing})` : ''}`, () => {
  const judged = new Map<string, JudgedFlow>();
  const failed = new Map<string, unknown>();

  beforeAll(async () => {
    const waiting = [...SCENES];
    const labs = await Promise.all(Array.from({ length: LABS }, openLab));
    try {
      await Promise.all(
        labs.map(async (lab) => {
          for (let scene = waiting.shift(); scene; scene = waiting.shift()) {
            await judgeScene(lab, scene, judged, failed);
          }
        }),
      );
    } finally {
      await Promise.all(labs.map((lab) => lab.close()));
    }
  }, 300_000);

  const flows = SCENES.flatMap((scene) => scene.flows);

  test.each(flows.map((item) => [item.name, item] as const))('%s', (name, item) => {
    const result = judged.get(name);
    if (!result) throw failed.get(name);
    expect(endOf(result), seenIn(result)).toBe(item.ends);
    if (item.source !== undefined) {
      expect(result.report.client.answer?.source, seenIn(result)).toBe(item.source);
    }
    const { answer } = result.report.client;
    if (item.answers) expect(item.answers, seenIn(result)).toContain(answer?.address);
    if (item.masqueraded !== undefined) {
      expect(answer?.source !== item.flow.source, seenIn(result)).toBe(item.masqueraded);
    }
    expect(missingProofs(item.proof ?? [], result.report), seenIn(result)).toEqual([]);
    expect(result.agreement, seenIn(result)).toMatchObject({ kind: 'agree' });
  });

  test('what does not connect has a control that does', () => {
    const bare = flows.filter(
      ({ ends, control }) =>
        ends !== 'connected' && judged.get(control ?? '')?.report.client.outcome !== 'connected',
    );
    expect(bare.map(({ name }) => name)).toEqual([]);
  });
});

async function judgeScene(
  lab: Lab,
  { topology, flows }: Scene,
  judged: Map<string, JudgedFlow>,
  failed: Map<string, unknown>,
): Promise<void> {
  try {
    await lab.clear({});
    const asked = flows.map(({ name, flow }: SceneFlow) => ({ id: name, ...flow }));
    const result = await judge(lab, topology, asked);
    for (const one of result.flows) judged.set(one.flow.id, one);
  } catch (error) {
    for (const { name } of flows) failed.set(name, error);
  }
}

function endOf({ report }: JudgedFlow): string {
  const { outcome, errno } = report.client;
  return outcome === 'connected' || errno === null ? outcome : `${outcome} ${errno}`;
}

/** What the kernel showed, for a failing case. */
function seenIn({ report, agreement }: JudgedFlow): string {
  const visits = report.visits.map(
    ({ namespace, hook, edge, iif, oif, packet }) =>
      `${namespace} ${hook} ${edge} ${iif ?? ''}>${oif ?? ''} ttl ${packet.ttl}`,
  );
  const drops = report.drops.map(({ reason, location }) => `${reason} ${location}`);
  return [JSON.stringify(report.client), ...visits, ...drops, JSON.stringify(agreement)].join('\n');
}
