import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { annotator } from '../../src/cli/annotate/annotator.ts';
import { buildEvidence } from '../../src/evidence/build-evidence.ts';
import { type LogBackend, type LogSite, planLogRules } from '../../src/evidence/logrules/plan.ts';
import type { LogEnds } from '../../src/evidence/logrules/selector.ts';
import { readEvidenceText } from '../../src/evidence/text/read-text.ts';
import { parseIpv4 } from '../../src/packet/address.ts';
import { logRulesJson } from '../../src/report/logrules/logrules-json.ts';
import { renderLogRules } from '../../src/report/logrules/render-logrules.ts';
import { kernelLog, letNamespacesLog } from '../differential/evidence/namespaces-log.ts';
import {
  labMissing,
  makeNamespaces,
  type Namespaces,
  until,
} from '../differential/paths/namespaces.ts';

const missing = labMissing(['ip', 'iptables-legacy', 'iptables-nft', 'nft', 'dmesg', 'bash']);

const XT_CHAINS = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
} as const;

/**
 * Rules of somebody else in every chain, which the undo must leave alone. A chain of nat is met only
 * where something translates or asks for states (docs/lab-notes/conntrack-in-use.md).
 */
function otherRules(program: string): string {
  return Object.entries(XT_CHAINS)
    .flatMap(([table, chains]) =>
      chains.map((chain) => `${program} -t ${table} -A ${chain} -s 203.0.113.9 -j ACCEPT`),
    )
    .concat(`${program} -t nat -A PREROUTING -s 203.0.113.9 -p tcp -j DNAT --to-destination :9`)
    .join('\n');
}

interface Case {
  readonly backend: LogBackend;
  /** The program with which the translation is made. */
  readonly program: 'iptables-legacy' | 'iptables-nft';
  readonly lane: number;
  /** What only this backend's rules see. */
  readonly more: readonly string[];
}

const CASES: readonly Case[] = [
  { backend: 'iptables-legacy', program: 'iptables-legacy', lane: 1, more: [] },
  { backend: 'iptables-nft', program: 'iptables-nft', lane: 2, more: [] },
  {
    backend: 'nft',
    program: 'iptables-legacy',
    lane: 3,
    more: [
      ...['a after output > DST=END', 'a after postrouting > DST=END'],
      ...['b after prerouting > DST=END', 'b after input > DST=END'],
      ...['b nat output < SRC=END', 'b after output < SRC=END'],
      ...['b nat postrouting < SRC=END', 'b after postrouting < SRC=END'],
      ...['a nat prerouting < SRC=END', 'a after prerouting < SRC=END'],
      ...['a nat input < SRC=END', 'a after input < SRC=SERVICE'],
    ],
  },
];

/** A SYN to a translated address and the RST that answers it, at every table of both ends. */
const EXPECTED: readonly string[] = [
  ...['raw', 'mangle', 'nat'].map((table) => `a ${table} output > DST=SERVICE`),
  ...['filter output', 'mangle postrouting', 'nat postrouting'].map(
    (place) => `a ${place} > DST=END`,
  ),
  ...['raw', 'mangle', 'nat'].map((table) => `b ${table} prerouting > DST=END`),
  ...['mangle', 'filter', 'nat'].map((table) => `b ${table} input > DST=END`),
  ...['raw', 'mangle', 'filter'].map((table) => `b ${table} output < SRC=END`),
  'b mangle postrouting < SRC=END',
  ...['raw', 'mangle'].map((table) => `a ${table} prerouting < SRC=END`),
  ...['mangle', 'filter'].map((table) => `a ${table} input < SRC=END`),
];

function network(lane: number) {
  return { service: `10.99.${lane}.1`, client: `10.77.${lane}.1`, end: `10.77.${lane}.2` };
}

function endsOf(lane: number): LogEnds {
  const { service, client, end } = network(lane);
  const address = (text: string) => {
    const parsed = parseIpv4(text);
    if (!parsed) throw new Error(text);
    return parsed;
  };
  return {
    protocol: 'tcp',
    destination: { address: address(service), port: 80 },
    endpoints: [{ address: address(end), port: 8080 }],
    clients: [address(client)],
    clientPort: null,
    atClient: true,
  };
}

function build(lab: Namespaces, { lane, program }: Case): void {
  const { service, client, end } = network(lane);
  const peer = lab.named('b');
  lab.run('a', [
    'sh',
    '-ec',
    `ip link add va type veth peer name vb netns ${peer}
ip addr add ${client}/24 dev va
ip link set va up
ip route add ${service}/32 via ${end}
${otherRules(program)}
${program} -t nat -A OUTPUT -p tcp -d ${service} --dport 80 -j DNAT --to-destination ${end}:8080`,
  ]);
  lab.run('b', [
    'sh',
    '-ec',
    `ip addr add ${end}/24 dev vb\nip link set vb up\n${otherRules(program)}`,
  ]);
}

function ruleset(lab: Namespaces, name: string): string {
  const script =
    'iptables-legacy-save; iptables-nft-save; nft list ruleset; cat /proc/net/ip_tables_names';
  return lab
    .run(name, ['sh', '-c', `{ ${script}; } 2>&1`])
    .replace(/^#.*$/gm, '')
    .replace(/counter packets \d+ bytes \d+/g, '')
    .replace(/\[\d+:\d+\]/g, '');
}

describe.skipIf(missing !== null).each(CASES)(
  `what logrules prints, run as it stands by $backend${missing ? ` (${missing})` : ''}`,
  (one) => {
    const before = new Map<string, string>();
    const during = new Map<string, string>();
    const after = new Map<string, string>();
    let lines: readonly string[] = [];
    let lab: Namespaces;
    let stopLogging = async (): Promise<void> => {};
    const sites = (['a', 'b'] as const).map(
      (node): LogSite => ({
        where: { node, netns: null },
        role: node === 'a' ? 'client' : 'other',
        backend: one.backend,
        chains: null,
        logsOf: 'host',
      }),
    );
    const plan = logRulesJson(planLogRules(endsOf(one.lane), sites));
    const run = (part: 'add' | 'undo'): void => {
      for (const section of plan.sections) {
        const script = renderLogRules({ ...plan, sections: [section] }, part, 100);
        lab.run(section.node ?? '', ['sh', '-e'], script);
      }
    };

    beforeAll(async () => {
      stopLogging = letNamespacesLog();
      lab = makeNamespaces(['a', 'b'], one.lane);
      build(lab, one);
      for (const name of ['a', 'b']) before.set(name, ruleset(lab, name));
      run('add');
      for (const name of ['a', 'b']) during.set(name, ruleset(lab, name));
      const mark = `hookline-logrules-${process.pid}-${one.lane}`;
      writeFileSync('/dev/kmsg', `${mark}\n`);
      const own = (): readonly string[] => {
        const log = kernelLog();
        const from = log.findLastIndex((line) => line.includes(mark));
        return log.slice(from + 1).filter((line) => line.includes(`hl${plan.id} `));
      };
      const { service } = network(one.lane);
      lab.run('a', ['bash', '-c', `echo > /dev/tcp/${service}/80; true`]);
      await until('the lines', () => own().length >= EXPECTED.length + one.more.length);
      lines = own();
      run('undo');
      for (const name of ['a', 'b']) after.set(name, ruleset(lab, name));
    });
    afterAll(async () => {
      lab?.dispose();
      await stopLogging();
    });

    it('logs the packet and its answer at every table of every hook of both ends', () => {
      const { service, end } = network(one.lane);
      const seen = lines.map((line) => {
        const [, place = '', direction] = /hl\d{4} (\w+ \w+) ([<>]) /.exec(line) ?? [];
        const field = direction === '>' ? 'DST' : 'SRC';
        const address = new RegExp(` ${field}=(\\S+) `).exec(line)?.[1] ?? '';
        const name = address === service ? 'SERVICE' : address === end ? 'END' : address;
        const from = /^(?:pre|in|post|out)/.test(place.split(' ')[1] ?? '') ? nodeOf(line) : '?';
        return `${from} ${place} ${direction} ${field}=${name}`;
      });
      expect(seen.toSorted()).toEqual([...EXPECTED, ...one.more].toSorted());
    });

    it('was there before the undo, which leaves everything as it was', () => {
      for (const name of ['a', 'b']) {
        expect(during.get(name)).toContain(plan.comment);
        expect(after.get(name)).toBe(before.get(name));
      }
    });

    it('is one flow to hookline annotate, on both ends and behind the translation', () => {
      const annotate = annotator(null);
      const names = lines.map((line) => {
        const note = annotate(line);
        return note?.kind === 'packet' ? `${note.flow?.id} ${note.flow?.direction}` : null;
      });
      const directions = lines.map((line) => (/ > IN=/.test(line) ? 'to' : 'back'));
      const id = names[0]?.split(' ')[0];
      expect(id).toMatch(/^[0-9a-z]{5}$/);
      expect(names).toEqual(directions.map((direction) => `${id} ${direction}`));
    });

    it('is placed by hookline evidence at the hook and table of its prefix', () => {
      const evidence = buildEvidence([readEvidenceText(lines.join('\n'), 'kernel.log')]);
      const placed = evidence.observations.map(({ vantage }) =>
        `${vantage.table ?? 'after'} ${vantage.hook}`.trim(),
      );
      const named = lines.map((line) => /hl\d{4} (\w+ \w+) /.exec(line)?.[1] ?? line);
      expect(placed).toEqual(named);
      expect(evidence.issues).toEqual([]);
    });
  },
);

/** Devices tell the end: the client's is va, the server's vb. */
function nodeOf(line: string): string {
  return /(?:IN|OUT)=va /.test(line) ? 'a' : 'b';
}
