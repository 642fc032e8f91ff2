import { describe, expect, it } from 'vitest';
import { traceSchema } from '../../src/cli/schema/trace.ts';
import { hookline, SEED } from './built.ts';

const FLOW = ['trace', SEED, '--from', 'n1', '--to', '10.96.10.2:80'];

describe('hookline trace', () => {
  it.each([
    ['the unbound client fails', 'seed-udp-nomasq-rpf1', [], 1, 'IP_RPFILTER'],
    [
      'the client bound to the overlay connects',
      'seed-udp-nomasq-rpf1',
      ['--iface', 'flannel0'],
      0,
      'connected to 10.244.2.12:8080 on n2/web12',
    ],
    [
      'with loose rp_filter it connects and the reply is asymmetric',
      'seed-udp-nomasq-rpf0',
      [],
      0,
      'Asymmetric: the SYN leaves n1 by flannel0, the SYN-ACK comes back by eth0.',
    ],
  ])('%s', (_what, folder, options, exit, words) => {
    const result = hookline([
      'trace',
      `test/recorded/${folder}`,
      '--from',
      'n1',
      '--to',
      'svc/prod/one-remote',
      ...options,
    ]);
    expect(result).toMatchObject({ exit, stderr: '' });
    expect(result.stdout).toContain(words);
  });

  it('prints JSON that fits its schema', () => {
    const { stdout, exit } = hookline([...FLOW, '--json']);
    expect(exit).toBe(1);
    const trace = traceSchema.parse(JSON.parse(stdout));
    expect(trace).toMatchObject({
      verdict: 'unreachable',
      outcomes: [{ client: 'timeout', packets: [{ dropReason: 'IP_RPFILTER', node: 'n2' }] }],
    });
  });

  it('tells more with each level', () => {
    const [minimal, summary, detailed] = ['minimal', 'summary', 'detailed'].map(
      (level) => hookline([...FLOW, '--level', level]).stdout.split('\n').length,
    );
    expect(minimal).toBeLessThan(summary ?? 0);
    expect(summary).toBeLessThan(detailed ?? 0);
  });

  it('shows the file and line of every rule in the detailed form', () => {
    const { stdout } = hookline([...FLOW, '--level', 'detailed']);
    expect(stdout).toMatch(/KUBE-SEP-\S+ .*nodes\/n1\/iptables-save\.txt:\d+/s);
  });

  it('says undetermined, exit 2, when an unknown fact decides', () => {
    const { stdout, exit } = hookline([
      'trace',
      'test/recorded/cni-111',
      '--from',
      'n1',
      '--to',
      '93.184.216.34:80',
    ]);
    expect({ exit, first: stdout.split('\n')[0] }).toEqual({
      exit: 2,
      first: expect.stringContaining('undetermined'),
    });
  });
});

describe('hookline trace --batch', () => {
  const flows = [
    { id: 'fails', from: 'n1', to: '10.96.10.2:80' },
    { id: 2, from: 'n1', to: '10.96.10.2:80', iface: 'flannel0', sport: 4000 },
  ];
  const lines = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
  const jsonLines = (values: readonly unknown[]) =>
    values.map((value) => `${JSON.stringify(value)}\n`).join('');

  it('writes one line for each flow, with its id first', () => {
    const { stdout, stderr, exit } = hookline(
      ['trace', SEED, '--batch', '-'],
      `${jsonLines(flows)}\n`,
    );
    expect({ stderr, exit }).toEqual({ stderr: '', exit: 1 });
    expect(stdout.split('\n')[0]).toMatch(/^\{"id":"fails",/);
    expect(lines(stdout)).toMatchObject([
      { id: 'fails', schema: 'hookline/trace/v1', verdict: 'unreachable' },
      { id: 2, flow: { iface: 'flannel0', sport: 4000 }, verdict: 'reachable' },
    ]);
    for (const { id: _id, ...trace } of lines(stdout)) traceSchema.parse(trace);
  });

  it('ends with 0 when every flow is reachable', () => {
    expect(hookline(['trace', SEED, '--batch', '-'], jsonLines(flows.slice(1))).exit).toBe(0);
  });

  it.each([
    ['a line that is not JSON', 'nope\n', null, 'not JSON'],
    ['an unknown name', '{"id":3,"frm":"n1"}\n', 3, 'frm'],
    ['no such node', '{"id":4,"from":"n9","to":"10.96.10.2:80"}\n', 4, 'near: n1, n2'],
    ['no object', '[]\n', null, 'expected object'],
  ])('goes on after %s', (_what, line, id, words) => {
    const { stdout, stderr, exit } = hookline(
      ['trace', SEED, '--batch', '-'],
      line + jsonLines(flows.slice(1)),
    );
    expect(exit).toBe(65);
    expect(stderr).toMatch(/^hookline: stdin:1: [^\n]+\n$/);
    expect(stderr).toContain(words);
    expect(lines(stdout)).toMatchObject([
      { id, error: expect.stringContaining(words) },
      { id: 2, verdict: 'reachable' },
    ]);
  });
});
