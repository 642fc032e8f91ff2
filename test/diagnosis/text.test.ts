import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnosisSchema } from '../../src/cli/schema/diagnosis.ts';
import { CAUSES } from '../../src/diagnosis/cause/all-causes.ts';
import { FIXES } from '../../src/diagnosis/fix/all-fixes.ts';
import { causeTitle } from '../../src/report/diagnosis/cause-title.ts';
import { FINDING_WORDS, SIDE_EFFECT_WORDS } from '../../src/report/diagnosis/finding-words.ts';
import { fixTitle } from '../../src/report/diagnosis/fix-lines.ts';
import { INFERRED_WORDS } from '../../src/report/diagnosis/inferred-words.ts';
import { diagnosisJson } from '../../src/report/json/diagnosis-json.ts';
import { traceFlow } from '../../src/trace/tracer.ts';
import { run } from '../cli/run.ts';
import { diagnoseFounding, diagnoseRecorded } from './run-diagnosis.ts';

const SOURCES = join(import.meta.dirname, '..', '..', 'src', 'diagnosis');
const INCIDENT = join(import.meta.dirname, '..', '..', 'incidents', 'founding');

/** All captures of a pattern in the sources of diagnosis. */
function codesLike(pattern: RegExp, folder = ''): readonly string[] {
  const texts = readdirSync(join(SOURCES, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => readFileSync(join(SOURCES, folder, path), 'utf8'));
  const found = texts.flatMap((text) => [...text.matchAll(pattern)].map((match) => match[1] ?? ''));
  return [...new Set(found)].sort();
}

describe('words', () => {
  it('exist for every code of a finding', () => {
    const codes = codesLike(/\bcode: '([a-z-]+)',\s*proves:/g);
    expect(codes.length).toBeGreaterThan(5);
    expect(codes.filter((code) => !(code in FINDING_WORDS))).toEqual([]);
  });

  it('exist for every side effect of a fix, and for no other', () => {
    const codes = codesLike(/sideEffect\(\s*'([a-z-]+)'/g);
    expect(Object.keys(SIDE_EFFECT_WORDS).sort()).toEqual(codes);
  });

  it('exist for every inferred fact', () => {
    const codes = codesLike(/sheet\.add\(\s*'([a-z-]+)'/g, 'infer');
    expect(codes.length).toBeGreaterThan(8);
    expect(codes.filter((code) => !(code in INFERRED_WORDS))).toEqual([]);
  });

  it('exist for every cause and every fix', () => {
    for (const { id } of CAUSES) expect(causeTitle(id)).not.toBe(id);
    for (const { id } of FIXES) expect(fixTitle(id)).not.toBe(id.replaceAll('-', ' '));
  });
});

async function founding(...options: readonly string[]): Promise<string> {
  const { stdout, stderr, exit } = await run(['diagnose', INCIDENT, ...options]);
  expect(stderr).toBe('');
  expect(exit).toBe(1);
  return stdout.replace(/\n +/g, ' ');
}

describe('the text of the founding incident', () => {
  it.each([
    ['the answer in the first line', /^slave1 -> 10\.254\.51\.153:80 tcp: timeout, not proven; 6 /],
    ['how much was read and what could not be placed', /Read: .* 0 that .* could not be placed/],
    ['the first step where the flows differ', /first differ at route output on slave1/],
    ['why that matters', /source 10\.39\.0\.17 was chosen for 10\.254\.51\.153, .* by eth0\./],
    ['what a missing reply is worth', /No SYN-ACK on flannel0 of slave1 proves nothing about/],
    ['that filter OUTPUT shows an old device', /OUT=eth0 in filter OUTPUT, .* does not mean/],
    ['how far the clocks differ', /about 48 ms behind that of slave1/],
    ['that a LOG rule was silent', /2 LOG rules in nat POSTROUTING .* 1 logged it/],
    ['why the MSS differs', /MSS 1460, .* MTU 1500 of eth0, .* offers 1432, from flannel0/],
    ['an explanation with its place and reason', /on endpoint-node at flannel0: IP_RPFILTER/],
    ['what is only inferred', /flannel0 of slave1 has MTU 1472/],
    ['what only stands for something', /endpoint-node stands for the endpoint's node/],
  ])('tells %s', async (_what, pattern) => {
    expect(await founding()).toMatch(pattern);
  });

  it('lays the flows side by side, with what each hook rewrote', async () => {
    const { stdout } = await run(['diagnose', INCIDENT]);
    expect(stdout).toMatch(
      /^ {2}nat dst output +i eth0 10\.39\.0\.17>\[192\.168\.67\.4:8082\] +i flannel0 192\.168\.82\.0>\[192\.168\.67\.4:8082\]$/m,
    );
    expect(stdout).toMatch(/^ {2}mangle postrouting +o flannel0 10\.39\.0\.17>/m);
  });

  it('gives every fix with a way back', async () => {
    const text = await founding();
    const [, fixes = ''] = text.split('\nFixes');
    expect(fixes.match(/ do {4}/g)?.length).toBe(5);
    expect(fixes.match(/ undo {2}/g)?.length).toBe(5);
  });

  it('has three levels, each longer than the one before', async () => {
    const lengths = await Promise.all(
      ['minimal', 'summary', 'detailed'].map(
        async (level) => (await founding('--level', level)).length,
      ),
    );
    expect([...lengths].sort((a, b) => a - b)).toEqual(lengths);
  });

  it('finds the same flow whether it is asked for or not', async () => {
    const plain = await founding('--level', 'minimal');
    expect(await founding('--level', 'minimal', '--to', '10.254.51.153:80')).toBe(plain);
  });
});

describe('the JSON of a diagnosis', () => {
  it.each([
    ['the founding incident', () => diagnoseFounding()],
    [
      'a recorded flow with captures',
      () =>
        diagnoseRecorded(
          'seed-udp-nomasq-rpf1',
          { from: 'n1', to: '10.96.10.2', port: 80 },
          { captures: true },
        ),
    ],
  ])('of %s is as its schema says, and the same each time', (_what, diagnosis) => {
    const json = JSON.stringify(diagnosisJson(diagnosis()));
    expect(diagnosisSchema.safeParse(JSON.parse(json)).error?.issues ?? []).toEqual([]);
    expect(JSON.stringify(diagnosisJson(diagnosis()))).toBe(json);
  });
});

describe('the work of a diagnosis', () => {
  it('is a few hundred runs of the model for the founding incident', () => {
    let runs = 0;
    diagnoseFounding({
      trace: (network, flow, options) => {
        const trace = traceFlow(network, flow, options);
        runs += trace.outcomes.length;
        return trace;
      },
    });
    expect(runs).toBeGreaterThan(50);
    expect(runs).toBeLessThan(400);
  });
});
