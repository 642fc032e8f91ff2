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

const missing = labMissing(['unshare', 'busybox', ...NETWORK_TOOLS]);

interface Case {
  readonly without: readonly string[];
  /** What is said to be unknown, in order. */
  readonly unknown: readonly string[];
  /** Files that are there nevertheless, each with something that is in it. */
  readonly known?: Readonly<Record<string, string>>;
}

const BY_IP = [
  'ip-link',
  'ip-addr',
  'ip-route',
  'ip6-route',
  'ip-route-cache',
  'ip6-route-cache',
  'ip-rule',
  'ip6-rule',
  'ip-neigh',
  'ip-neigh-proxy',
  'ip-addrlabel',
];

const CASES: readonly Case[] = [
  {
    without: ['ip'],
    unknown: BY_IP.map((name) => `${name}.json: ip is not installed (package iproute2)`),
  },
  {
    without: ['tc'],
    unknown: ['tc-qdisc.json: tc is not installed (package iproute2)'],
  },
  {
    without: ['bridge'],
    unknown: ['bridge-fdb', 'bridge-link', 'bridge-vlan'].map(
      (name) => `${name}.json: bridge is not installed (package iproute2)`,
    ),
  },
  {
    without: ['nft'],
    unknown: ['nft-ruleset.json: nft is not installed (package nftables)'],
    known: { 'iptables-nft-save.txt': '--dport 82', 'ip6tables-nft-save.txt': '--dport 83' },
  },
  {
    // A program of the other backend is no stand-in.
    without: ['iptables-nft-save', 'iptables-save'],
    unknown: ['iptables-nft-save.txt: iptables-nft-save is not installed (package iptables)'],
    known: { 'nft-ruleset.json': '"nat"', 'iptables-legacy-save.txt': '--dport 81' },
  },
  {
    without: ['iptables-nft-save'],
    unknown: [],
    known: { 'iptables-save.txt': '--dport 82' },
  },
  {
    without: ['iptables-legacy-save'],
    unknown: ['iptables-legacy-save.txt: iptables-legacy-save is not installed (package iptables)'],
    known: { 'iptables-nft-save.txt': '# Warning: iptables-legacy tables present' },
  },
  { without: ['sysctl'], unknown: [], known: { 'sysctl.txt': 'net.ipv4.conf.veth1.rp_filter = ' } },
  { without: ['find'], unknown: [], known: { 'sysctl.txt': 'net.ipv4.conf.veth1.rp_filter = ' } },
  {
    without: ['find', 'sysctl'],
    unknown: ['sysctl.txt: sysctl is not installed (package procps)'],
  },
  {
    without: ['ss'],
    unknown: [],
    known: { 'sockets.txt': 'tcp LISTEN 0 0 10.1.0.1:8080 *:* uid:0\n' },
  },
  {
    without: ['ss', 'awk'],
    unknown: ['sockets.txt: ss is not installed (package iproute2)'],
  },
  { without: ['nstat'], unknown: [], known: { 'nstat.json': '"TcpRtoMin":200' } },
  { without: ['conntrack'], unknown: [], known: { 'conntrack.txt': 'dport=80' } },
  { without: ['ipset'], unknown: ['ipset-save.txt: ipset is not installed (package ipset)'] },
  { without: ['uname'], unknown: ['uname.txt: uname is not installed'] },
  { without: ['date'], unknown: [] },
  {
    without: ['stat'],
    unknown: ['netns: stat is not installed or failed (package coreutils)'],
  },
];

/** Collects one node once for each list of programs that its PATH lacks. */
function collectWithout(cases: readonly (readonly string[])[]): readonly Attempt[] {
  const out = temporaryFolder();
  const runs = cases.map((without, index) => {
    const all = [...UTILITIES, ...NETWORK_TOOLS];
    const tools = pathWith(all.filter((name) => !without.includes(name)));
    const scope = without.includes('stat') ? '--all-netns' : '--no-netns';
    return `in_n1 env PATH=${tools} ${tools}/sh "$COLLECT" ${scope} --node n1 --output "$OUT/${index}" 2>"$OUT/${index}.txt"
    echo $? >>"$OUT/${index}.txt"`;
  });
  inSandbox(`${SMALL_NODE}\n${runs.join('\n')}`, { OUT: out });
  const all = readTree(out);
  return cases.map((_, index) => {
    const prefix = `${index}/`;
    const own = [...all].filter(([path]) => path.startsWith(prefix));
    const files = new Map(own.map(([path, text]) => [path.slice(prefix.length), text]));
    return { said: all.get(`${index}.txt`) ?? '', files };
  });
}

interface Attempt {
  /** Standard error, then the exit code. */
  readonly said: string;
  readonly files: ReadonlyMap<string, string>;
}

const NEEDED = ['cat', 'grep', 'mkdir', 'mv', 'rm', 'sleep'];

describe.skipIf(missing !== null)(`what a node lacks (${missing ?? 'as root'})`, () => {
  let attempts: readonly Attempt[];
  const nothing: Attempt = { said: 'not run', files: new Map() };
  const of = (index: number): Attempt => attempts[index] ?? nothing;

  beforeAll(() => {
    const needed = NEEDED.map((program) => [program]);
    attempts = collectWithout([[], ...CASES.map(({ without }) => without), ...needed]);
  });

  it('nothing: the folder of programs is enough', () => {
    expect(of(0).said).toMatch(/^hookline-collect: node n1 and 0 other namespaces in \S+\n0\n$/);
    expect(unknownLines(of(0).files)).toEqual([]);
  });

  it.each(CASES.map((entry, index) => ({ ...entry, index })))(
    '$without',
    ({ unknown, known = {}, index }) => {
      const { said, files } = of(index + 1);
      expect(said).toMatch(/\n0\n$/);
      expect(unknownLines(files)).toEqual(unknown);
      for (const line of unknownLines(files)) {
        const [file = ''] = line.split(':');
        expect(files.has(`nodes/n1/${file}`)).toBe(false);
      }
      for (const [file, part] of Object.entries(known)) {
        expect(files.get(`nodes/n1/${file}`)).toContain(part);
      }
      const { issues } = assembleSnapshot(files);
      expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
    },
  );

  it.each(NEEDED.map((program, index) => ({ program, index })))(
    'nothing is written without $program',
    ({ program, index }) => {
      const { said, files } = of(CASES.length + 1 + index);
      expect(said).toBe(`hookline-collect: ${program} is not installed\n65\n`);
      expect(files.size).toBe(0);
    },
  );

  it('rules that are there and were not saved are no accepted packets', () => {
    const index = CASES.findIndex(({ without }) => without.includes('iptables-legacy-save'));
    const { value, issues } = assembleSnapshot(of(index + 1).files);
    expect(issues).toContainEqual(expect.objectContaining({ code: 'legacy-tables-not-collected' }));
    expect(value.network.namespaces.get('n1')?.ruleset.partial).toBe(true);
  });
});
