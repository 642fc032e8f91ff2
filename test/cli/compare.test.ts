import { describe, expect, it } from 'vitest';
import { compareSchema } from '../../src/cli/schema/compare.ts';
import { evidenceSchema } from '../../src/cli/schema/evidence.ts';
import { folderOf, hookline, SEED } from './built.ts';

const SHARED = ['--snapshot', SEED, '--from', 'n1', '--to', '10.96.10.2:80'];

describe('hookline compare', () => {
  it('marks where two traced flows first differ', () => {
    const { stdout, stderr, exit } = hookline(['compare', ...SHARED, 'iface=', 'iface=flannel0']);
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 1 });
    expect(stdout).toContain(
      'They first differ at n1 route of the SYN: oif eth0 against flannel0.',
    );
    expect(stdout).toMatch(/^>> n1 route/m);
  });

  it('finds no difference between a flow and itself', () => {
    const { stdout, exit } = hookline(['compare', ...SHARED, 'mark=0', 'mark=0']);
    expect({ exit, last: stdout.split('\n')[2] }).toEqual({ exit: 0, last: 'They do not differ.' });
  });

  it('compares saved traces as it compares fresh ones', () => {
    const saved = (...options: readonly string[]) =>
      hookline(['trace', SEED, '--from', 'n1', '--to', '10.96.10.2:80', '--json', ...options]);
    const folder = folderOf({
      'a.json': saved().stdout,
      'b.json': saved('--iface', 'flannel0').stdout,
    });
    const fresh = hookline(['compare', ...SHARED, '--json', 'iface=', 'iface=flannel0']);
    const files = [`${folder}/a.json`, `${folder}/b.json`];
    expect(hookline(['compare', '--json', ...files])).toEqual(fresh);
    compareSchema.parse(JSON.parse(fresh.stdout));
  });

  it('compares conversations that were seen', () => {
    const { stdout, exit } = hookline(['compare', '--evidence', `${SEED}/evidence`, '0', '1']);
    expect(exit).toBe(1);
    expect(stdout).toContain('saddr 192.168.10.11 against 10.244.1.0');
    expect(stdout).toContain('SYN-ACK: only in B');
  });

  it('compares conversations that are named by an end', () => {
    const ends = ['--flow', '192.168.10.11:39996', '--flow', '10.244.1.0:40812'];
    const { stdout, exit } = hookline(['compare', `${SEED}/evidence`, ...ends]);
    expect(exit).toBe(1);
    expect(stdout).toContain('saddr 192.168.10.11 against 10.244.1.0');
  });

  it('compares what two places saw', () => {
    const places = ['--at', 'n2/flannel0', '--at', 'n2/cni0'];
    const { stdout, exit } = hookline(['compare', `${SEED}/evidence`, ...places, '--flow', '0']);
    expect(exit).toBe(1);
    expect(stdout.split('\n')[1]).toBe('B: at n2/cni0: 0 packets seen, 4 of the other place not');
    const same = ['--at', 'n1/flannel0', '--at', 'n2/flannel0', '--flow', '1'];
    expect(hookline(['compare', `${SEED}/evidence`, ...same]).exit).toBe(0);
  });

  it.each<[what: string, options: readonly string[], said: string]>([
    ['a place nobody watched', ['--at', 'n9', '--at', 'n1/eth0'], "nothing was seen at 'n9'"],
    ['one place only', ['--at', 'n1/eth0'], 'two of --at'],
    ['a place of a trace', ['--at', 'n1', '--at', 'n2', '--snapshot', SEED], '--snapshot contra'],
  ])('refuses %s', (_what, options, said) => {
    const { stderr, exit } = hookline(['compare', `${SEED}/evidence`, ...options]);
    expect(exit).toBe(64);
    expect(stderr).toContain(said);
  });

  it('tells more with each level', () => {
    const [minimal, summary, detailed] = ['minimal', 'summary', 'detailed'].map(
      (level) =>
        hookline(['compare', ...SHARED, '--level', level, 'iface=', 'iface=flannel0']).stdout
          .length,
    );
    expect(minimal).toBeLessThan(summary ?? 0);
    expect(summary).toBeLessThan(detailed ?? 0);
  });
});

describe('hookline evidence', () => {
  it.each([
    ['captures and counters', `${SEED}/evidence`],
    ['text of logs and captures', 'incidents/founding/evidence'],
  ])('prints JSON of %s that fits its schema', (_what, path) => {
    const { stdout, exit } = hookline(['evidence', path, '--json']);
    expect(exit).toBe(1);
    const { conversations } = evidenceSchema.parse(JSON.parse(stdout));
    expect(conversations.length).toBeGreaterThan(0);
  });
});
