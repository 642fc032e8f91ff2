import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { run } from '../cli/run.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const FOUNDING = join(ROOT, 'incidents', 'founding', 'evidence');
const CAPTURES = join(ROOT, 'test', 'recorded', 'seed-udp-nomasq-rpf1', 'evidence');

const at = (folder: string, ...names: readonly string[]): readonly string[] =>
  names.map((name) => join(folder, name));

/** What parts of an incident are worth by themselves: the minimal form's first lines. */
const ROWS: readonly (readonly [
  sentence: string,
  argv: readonly string[],
  exit: number,
  lines: readonly RegExp[],
])[] = [
  [
    'logs and captures of the endpoint asked about are those of its Service',
    [FOUNDING, '--to', '192.168.67.4:8082'],
    1,
    [/^slave1 -> 10\.254\.51\.153:80 tcp: unreachable, timeout/, /^h1 rp-filter-strict /],
  ],
  [
    'a log alone does not say that anything fails',
    at(FOUNDING, 'kernel.log'),
    2,
    [/^slave1 -> 10\.254\.51\.153:80 tcp bound to flannel0: undetermined, timeout by assumed/],
  ],
  [
    'the failing captures alone know neither nodes nor Service',
    at(FOUNDING, 'failing-client.txt', 'failing-endpoint.txt'),
    1,
    [/^client-node -> 192\.168\.67\.4:8082 tcp: unreachable, timeout by evidence/],
  ],
  [
    'an option names the node that no line names',
    [...at(FOUNDING, 'failing-client.txt', 'failing-endpoint.txt'), '--from', 'n7'],
    1,
    [/^n7 -> /],
  ],
  [
    'captures and counters of all devices leave the one node that counted a drop',
    [CAPTURES],
    1,
    [/^n1 -> 10\.244\.2\.12:8080 tcp: unreachable/, /^h1 rp-filter-strict n2 flannel0 IP_RPFILTER/],
  ],
];

describe('evidence without a snapshot:', () => {
  it.each(ROWS)('%s', async (_sentence, argv, exit, lines) => {
    const result = await run(['diagnose', ...argv, '--level', 'minimal']);
    expect(result.stderr).toBe('');
    expect(result.exit).toBe(exit);
    const printed = result.stdout.split('\n');
    for (const [index, line] of lines.entries()) expect(printed[index]).toMatch(line);
  });

  it('one capture of an unknown node shows at least that the packet left the client', async () => {
    const syn = (second: number) =>
      `10:00:0${second}.1 IP 10.20.0.9.40112 > 10.20.0.5.8080: Flags [S], seq 1, win 64240, length 0`;
    const text = ['$ curl -v http://10.20.0.5:8080/', '* Trying 10.20.0.5:8080...', '^C'];
    const pasted = [...text, syn(0), syn(1), syn(3)].join('\n');
    const { exit, stdout } = await run(['diagnose', '-', '--level', 'minimal'], pasted);
    expect(exit).toBe(1);
    expect(stdout).toMatch(
      /^client-node -> 10\.20\.0\.5:8080 tcp: unreachable, timeout by evidence/,
    );
    expect(stdout).toContain('\nnot filter-drop client-node eth0 output: syn-seen-unpredicted\n');
    expect(stdout).not.toMatch(/^h\d+ \S+ client-node (?:eth0 )?output/m);
  });

  it.each([
    ['only a flow that works', at(FOUNDING, 'working-client.txt'), 64, /every flow .* works/],
    ['another flow than the one asked', [FOUNDING, '--to', '10.1.2.3:80'], 65, /no packet of this/],
    ['another node than the one asked', [FOUNDING, '--from', 'n9'], 65, /no packet of this/],
    [
      'a name that nothing resolves',
      [FOUNDING, '--to', 'svc/prod/web'],
      64,
      /an address is needed/,
    ],
    ['no packet at all', at(FOUNDING, 'addresses.txt'), 64, /which flow\?/],
  ] as const)('%s is refused in one line', async (_what, argv, exit, message) => {
    const result = await run(['diagnose', ...argv]);
    expect(result.stdout).toBe('');
    expect(result.stderr).toMatch(message);
    expect(result.stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(result.exit).toBe(exit);
  });
});
