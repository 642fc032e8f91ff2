import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { diagnosisSchema } from '../../src/cli/schema/diagnosis.ts';
import { expectRefusal, folderOf, hookline, SEED } from './built.ts';

const FOUNDING = 'incidents/founding';
const SEED_FLOW = ['diagnose', SEED, '--from', 'n1', '--to', '10.96.10.2:80'];

const answer = (...args: readonly string[]): string =>
  hookline(['diagnose', ...args]).stdout.split('\n')[0] ?? '';

/** The founding lines as an engineer pastes them: one text, prose between, in any order. */
function pasted(): string {
  const folder = join(FOUNDING, 'evidence');
  const parts = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  return `# 事故\n\n${parts.map((part) => `然后:\n\n\`\`\`\n${part}\n\`\`\`\n`).join('\n')}`;
}

describe('hookline diagnose', () => {
  it('answers the founding incident in its first line, and ends with 1', () => {
    const { exit, stdout, stderr } = hookline(['diagnose', FOUNDING]);
    expect({ exit, stderr }).toEqual({ exit: 1, stderr: '' });
    expect(stdout.split('\n')[0]).toMatch(
      /^slave1 -> 10\.254\.51\.153:80 tcp: timeout, not proven; 6 explanations fit, likeliest: IP_RPFILTER on /,
    );
  });

  it('says the same of the lines in one text on standard input', () => {
    const result = hookline(['diagnose', '-', '--to', '10.254.51.153:80'], pasted());
    expect(result.exit).toBe(1);
    expect(result.stdout.split('\n')[0]).toBe(answer(FOUNDING));
  });

  it('takes what no line says from --facts: a name in place of a stand-in, a sysctl', () => {
    const facts = {
      nodes: [
        {
          name: 'slave2',
          role: 'endpoint',
          sysctls: { 'net.ipv4.conf.all.rp_filter': 0, 'net.ipv4.conf.flannel0.rp_filter': 0 },
        },
      ],
    };
    const folder = folderOf({ 'facts.json': JSON.stringify(facts) });
    const { stdout } = hookline(['diagnose', FOUNDING, '--facts', join(folder, 'facts.json')]);
    expect(stdout).toContain('slave2');
    expect(stdout).not.toContain('endpoint-node');
    expect(stdout.split('\n')[0]).toMatch(
      /5 explanations fit, likeliest: IP_RPFILTER on slave1, device eth0 \(/,
    );
  });

  it.each([
    ['the founding incident', ['diagnose', FOUNDING], 'unreachable', false],
    ['a snapshot with its captures', SEED_FLOW, 'unreachable', true],
    ['a flow that works', [...SEED_FLOW, '--iface', 'flannel0'], 'reachable', false],
  ])('prints JSON that fits its schema for %s', (_what, args, verdict, proven) => {
    const diagnosis = diagnosisSchema.parse(JSON.parse(hookline([...args, '--json']).stdout));
    expect(diagnosis).toMatchObject({ verdict, proven });
  });

  it('puts the next observation on top of the experiment', () => {
    const { experiment } = diagnosisSchema.parse(
      JSON.parse(hookline(['diagnose', FOUNDING, '--json']).stdout),
    );
    expect(experiment?.commands).toEqual(experiment?.steps[0]?.commands);
    expect(experiment?.predictions.map(({ hypothesis }) => hypothesis)).toContain('h1');
  });

  it('tells more with each level', () => {
    const [minimal, summary, detailed] = ['minimal', 'summary', 'detailed'].map(
      (level) => hookline(['diagnose', FOUNDING, '--level', level]).stdout.split('\n').length,
    );
    expect(minimal).toBeLessThan(summary ?? 0);
    expect(summary).toBeLessThan(detailed ?? 0);
  });

  it.each([
    ['nothing that names a flow', ['diagnose', '-'], 64, 'which flow?'],
    ['an unknown symptom', ['diagnose', FOUNDING, '--symptom', 'tired'], 64, 'tired'],
    ['a flow that is in no line', ['diagnose', FOUNDING, '--to', '192.0.2.9:80'], 65, ''],
    ['no such file', ['diagnose', 'no-such-file'], 65, 'no-such-file'],
  ] as const)('refuses %s in one line', (_what, args, exit, words) => {
    expectRefusal(hookline(args), exit, words);
  });
});
