import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { assembleSnapshot } from '../../../src/snapshot/assemble.ts';
import { labMissing } from '../../differential/paths/namespaces.ts';
import {
  inSandbox,
  NETWORK_TOOLS,
  pathWith,
  readTree,
  SMALL_NODE,
  temporaryFolder,
  UTILITIES,
  unknownLines,
} from './sandbox.ts';

const missing = labMissing(['unshare', 'busybox', 'dash', 'bash', ...NETWORK_TOOLS]);

/** Shells that may be a system's `sh`; ksh where it is installed. */
const SHELLS: readonly string[] = ['dash', 'bash', 'busybox', 'mksh'].filter(
  (shell) => shell !== 'mksh' || existsSync('/bin/mksh'),
);

/** The programs of busybox, and no others. */
function busyboxPath(): string {
  const { stdout } = spawnSync('busybox', ['--list'], { encoding: 'utf8' });
  const applets = stdout.trim().split('\n');
  return pathWith([], Object.fromEntries(applets.map((name) => [name, '/usr/bin/busybox'])));
}

/** Collects the small node's namespace with a PATH whose `sh` is a certain one. */
function collectWith(path: string): { files: ReadonlyMap<string, string>; stderr: string } {
  const out = temporaryFolder();
  const { stderr } = inSandbox(
    `${SMALL_NODE}
    in_n1 env PATH="$TOOLS" "$TOOLS/sh" "$COLLECT" --node n1 --netns p1=web --output "$OUT/snapshot"`,
    { OUT: out, TOOLS: path },
  );
  return { files: readTree(`${out}/snapshot`), stderr };
}

const SAID = /^hookline-collect: node n1 and 1 other namespaces in \S+\n$/;
/** Of these two runs on two nodes of the same make differ in counters, times and sockets' numbers only. */
const STABLE = ['sysctl.txt', 'sockets.txt', 'ip-route.json', 'ip-rule.json', 'ipset-save.txt'];

describe.skipIf(missing !== null)(`any shell collects (${missing ?? 'as root'})`, () => {
  let first: ReadonlyMap<string, string>;
  beforeAll(() => {
    first = collectWith(pathWith([...UTILITIES, ...NETWORK_TOOLS])).files;
  });

  it.each(SHELLS)('%s', (shell) => {
    const path = pathWith([...UTILITIES, ...NETWORK_TOOLS], { sh: `/usr/bin/${shell}` });
    const { files, stderr } = collectWith(path);
    expect(stderr).toMatch(SAID);
    expect([...files.keys()].sort()).toEqual([...first.keys()].sort());
    expect(unknownLines(files)).toEqual([]);
    for (const file of STABLE) {
      const lines = (text = ''): string[] =>
        text
          .replaceAll(/ (?:ino|sk):\w+/g, '')
          .split('\n')
          .filter((line) => !/_count =|^create /.test(line));
      expect(lines(files.get(`nodes/n1/${file}`)).sort()).toEqual(
        lines(first.get(`nodes/n1/${file}`)).sort(),
      );
    }
  });

  it('with nothing but busybox, what /proc tells', () => {
    const { files, stderr } = collectWith(busyboxPath());
    expect(stderr).toContain('ip-link.json: ip failed with exit code 1: ');
    const text = (file: string): string => files.get(`nodes/n1/${file}`) ?? 'absent';
    expect(text('sysctl.txt')).toContain('net.ipv4.conf.veth1.rp_filter = ');
    expect(text('sysctl.txt')).toContain('net.ipv4.conf.dotted/9.rp_filter = ');
    expect(text('conntrack.txt')).toContain('dport=80');
    expect(text('sockets.txt').split('\n').sort()).toEqual([
      '',
      'tcp LISTEN 0 0 10.1.0.1:8080 *:* uid:0',
      'tcp LISTEN 0 0 :::80 *:* uid:0',
    ]);
    expect(text('nstat.json')).toContain('"TcpRtoMin":200');
    const absent = ['ip-link.json', 'nft-ruleset.json', 'iptables-legacy-save.txt'];
    expect(absent.map((file) => text(file))).toEqual(['absent', 'absent', 'absent']);
    const { value, issues } = assembleSnapshot(files);
    expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
    const netns = value.network.namespaces.get('n1');
    expect(netns?.sockets?.map(({ port, dualStack }) => [port, dualStack]).sort()).toEqual([
      [80, true],
      [8080, false],
    ]);
    expect(netns?.conntrack?.length).toBe(1);
    expect(netns?.ruleset.xtables).toBeUndefined();
  });
});
