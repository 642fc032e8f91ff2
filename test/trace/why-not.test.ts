import { describe, expect, test } from 'vitest';
import { firstFailed } from '../../src/kernel/netfilter/explain/field-check.ts';
import type { Network } from '../../src/kernel/network.ts';
import { parseAddress } from '../../src/packet/address.ts';
import type { Flow } from '../../src/packet/flow.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import { traceFlow } from '../../src/trace/tracer.ts';
import type { RuleTarget } from '../../src/trace/why-not/rule-target.ts';
import { whyNot } from '../../src/trace/why-not/why-not.ts';
import { readRecorded } from './recorded.ts';

const SEED = readRecorded('seed-udp-nomasq-rpf1');
const N1 = { node: 'n1', netns: null } as const;

function flow(to: string, port: number, more: Partial<Flow> = {}): Flow {
  const address = parseAddress(to);
  if (!address) throw new Error(to);
  return {
    from: N1,
    arrivesOn: null,
    to: address,
    port,
    protocol: 'tcp',
    boundSource: null,
    boundDevice: null,
    sport: null,
    mark: 0,
    ...more,
  };
}

/** The seed's network, with rules put first into filter OUTPUT of n1. */
function networkWith(rules: readonly string[]): Network {
  const file = 'nodes/n1/iptables-save.txt';
  const save = SEED.get(file) ?? '';
  const head = ':INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\n:FLANNEL-FWD';
  expect(save).toContain(head);
  const added = save
    .replace(head, head.replace(':FLANNEL-FWD', ':PROBE - [0:0]\n:UNUSED - [0:0]\n:FLANNEL-FWD'))
    .replace(/^(.*-A FLANNEL-FWD)/m, `-A OUTPUT -j PROBE\n${rules.join('\n')}\n$1`);
  const { value } = assembleSnapshot(new Map(SEED).set(file, added));
  return value.network;
}

function xtTarget(network: Network, table: string, chain: string, number?: number): RuleTarget {
  const found = network.namespaces
    .get('n1')
    ?.ruleset.xtables?.find(({ name, family }) => name === table && family === 4);
  if (!found?.chains.has(chain)) throw new Error(`${table} ${chain}`);
  return {
    kind: 'xt',
    where: N1,
    table: found,
    chain,
    position: number === undefined ? null : number - 1,
  };
}

const TO_SERVICE = flow('10.96.10.2', 80);
/** At filter OUTPUT the destination is translated: 192.168.10.11 -> 10.244.2.12:8080, not yet routed again. */
const FIELDS: readonly (readonly [rule: string, text: string, had: string | null])[] = [
  ['-d 10.96.0.10/32', '-d 10.96.0.10/32', '10.244.2.12'],
  ['! -s 192.168.10.0/24', '! -s 192.168.10.0/24', '192.168.10.11'],
  ['-o cni+', '-o cni+', 'eth0'],
  ['-p udp', '-p udp', 'tcp'],
  ['-p tcp -m tcp --dport 80', '--dport 80', '8080'],
  ['-p tcp -m tcp ! --dport 8000:9000', '! --dport 8000:9000', '8080'],
  [
    '-p tcp -m tcp --tcp-flags FIN,SYN,RST,ACK RST',
    '-m tcp --tcp-flags FIN,SYN,RST,ACK RST',
    'SYN',
  ],
  ['-f', '-f', 'a whole packet'],
  [
    '-p tcp -m multiport --dports 80,443',
    '-m multiport --dports 80,443',
    'sport 32768, dport 8080',
  ],
  ['-m mark --mark 0x4000/0x4000', '-m mark --mark 0x4000/0x4000', 'mark 0x0'],
  [
    '-m conntrack --ctstate RELATED,ESTABLISHED',
    '-m conntrack --ctstate RELATED,ESTABLISHED',
    'state NEW, original direction',
  ],
  ['-m state --state INVALID', '-m state --state INVALID', 'state NEW, original direction'],
  ['-m ttl --ttl-lt 5', '-m ttl --ttl-lt 5', 'ttl 64'],
  ['-m length --length 1000:1500', '-m length --length 1000:1500', '60 bytes'],
  ['-m mac --mac-source 02:00:00:00:00:01', '-m mac --mac-source 02:00:00:00:00:01', 'no frame'],
  [
    '-m addrtype --dst-type LOCAL',
    '-m addrtype --dst-type LOCAL',
    'src 192.168.10.11, dst 10.244.2.12',
  ],
  ['-m comment --comment "a -m in words" -m dscp --dscp 0x2e', '-m dscp --dscp 0x2e', 'dscp 0'],
  ['-m tos --tos 0x10/0xff', '-m tos --tos 0x10/0xff', 'tos 0x0'],
];

describe('the first thing of a rule that fails', () => {
  test.each(FIELDS)('of %s', (rule, text, had) => {
    const network = networkWith([`-A PROBE ${rule} -j DROP`]);
    const sport = text.includes('multiport') ? 32768 : null;
    const result = whyNot(
      network,
      { ...TO_SERVICE, sport },
      xtTarget(network, 'filter', 'PROBE', 1),
    );
    expect(result.verdict).toBe('not-matched');
    const meeting = result.ways[0]?.meeting;
    if (meeting?.kind !== 'failed') throw new Error(JSON.stringify(meeting?.kind));
    expect(firstFailed(meeting.checks)).toMatchObject({ text, had, result: 'no' });
  });

  test('of a rule that matches is nothing', () => {
    const network = networkWith(['-A PROBE -p tcp -m tcp --dport 8080 -m mark --mark 0x0 -j DROP']);
    const result = whyNot(network, TO_SERVICE, xtTarget(network, 'filter', 'PROBE', 1));
    expect(result.verdict).toBe('matched');
    const meeting = result.ways[0]?.meeting;
    expect(meeting).toMatchObject({ kind: 'matched', hook: 'output' });
    expect(meeting && 'checks' in meeting && firstFailed(meeting.checks)).toBeNull();
  });

  test('is told of a match that nothing is known of by its own words', () => {
    const network = networkWith(['-A PROBE -m quux --strange 1 -j DROP']);
    const result = whyNot(network, TO_SERVICE, xtTarget(network, 'filter', 'PROBE', 1));
    expect(result.verdict).toBe('undetermined');
    expect(result.unsupported).toMatchObject([{ construct: 'match quux' }]);
    expect(result.ways.map(({ meeting }) => meeting.kind).sort()).toEqual(['failed', 'matched']);
  });
});

describe('a rule that is not reached', () => {
  const network = networkWith([
    '-A PROBE -p tcp -m comment --comment first -j ACCEPT',
    '-A PROBE -p udp -j DROP',
    '-A UNUSED -j DROP',
  ]);

  test('names the earlier rule that took the packet, with its place', () => {
    const { ways } = whyNot(network, TO_SERVICE, xtTarget(network, 'filter', 'PROBE', 2));
    expect(ways[0]?.meeting).toMatchObject({
      kind: 'taken',
      by: {
        verdict: 'accept',
        hit: {
          rule: expect.stringContaining('--comment first'),
          source: { file: 'nodes/n1/iptables-save.txt' },
        },
      },
    });
  });

  test('of a chain that nothing leads to', () => {
    const { ways } = whyNot(network, TO_SERVICE, xtTarget(network, 'filter', 'UNUSED', 1));
    expect(ways[0]?.meeting.kind).toBe('no-caller');
  });

  test('names the rule that leads there, and why it did not match', () => {
    const target = xtTarget(network, 'nat', 'KUBE-SVC-66ASNSOOPLM4W3BH');
    const { ways } = whyNot(network, TO_SERVICE, target);
    const meeting = ways[0]?.meeting;
    if (meeting?.kind !== 'not-called') throw new Error(JSON.stringify(meeting?.kind));
    expect(meeting.callers[0]?.caller.chain).toBe('KUBE-SERVICES');
    expect(firstFailed(meeting.callers[0]?.checks ?? [])).toMatchObject({
      text: '-d 10.96.10.19/32',
      had: '10.96.10.2',
    });
  });

  test('names the hooks of its table and those of the packet', () => {
    const { ways } = whyNot(network, TO_SERVICE, xtTarget(network, 'filter', 'FORWARD', 1));
    expect(ways[0]?.meeting).toEqual({
      kind: 'other-hooks',
      wanted: ['forward'],
      passed: ['output', 'postrouting'],
    });
  });

  test('of nat, by a packet of a known connection', () => {
    const { network } = assembleSnapshot(SEED).value;
    const bound = { ...TO_SERVICE, boundDevice: 'flannel0' };
    const target = xtTarget(network, 'nat', 'OUTPUT', 1);
    const third = whyNot(network, bound, target);
    expect(third.verdict).toBe('matched');
    expect(third.ways[0]?.others).toEqual([]);
    const answer = whyNot(network, bound, xtTarget(network, 'nat', 'PREROUTING', 1), 'reply');
    expect(answer.ways[0]?.meeting).toEqual({
      kind: 'nat-passed-by',
      hook: 'prerouting',
      because: 'known-connection',
    });
  });

  test('is told apart from one that the tunnel packet of the same flow meets', () => {
    const { verdict, ways } = whyNot(network, TO_SERVICE, xtTarget(network, 'filter', 'PROBE', 2));
    expect(verdict).toBe('not-matched');
    expect(ways[0]?.others).toMatchObject([{ kind: 'syn', carrier: true }]);
  });

  test('by a packet that there is not', () => {
    const target = xtTarget(network, 'filter', 'INPUT', 1);
    expect(whyNot(network, TO_SERVICE, target, 'reply').ways[0]?.meeting.kind).toBe('no-packet');
  });
});

test('chance is told, with what was drawn', () => {
  const { value } = assembleSnapshot(SEED);
  const target = xtTarget(value.network, 'nat', 'KUBE-SEP-K6LSNLKNTA7LRFET');
  const result = whyNot(value.network, flow('10.96.10.5', 80), target);
  expect(result.verdict).toBe('chance');
  expect(result.ways.map(({ probability }) => probability)).toEqual([0.5, 0.5]);
  expect(
    result.ways.flatMap(({ decidedBy }) => decidedBy.map(({ value: drawn }) => drawn)).sort(),
  ).toEqual(['no', 'yes']);
});

/** The rules that a trace says matched are those that why-not says matched, and no others. */
describe.each([
  ['seed-udp-nomasq-rpf1', flow('10.96.10.2', 80)],
  ['iptables-1.36.3-clustercidr', flow('10.96.10.1', 80)],
  ['nftables-1.36.3-clustercidr', flow('10.96.10.20', 80)],
])('every rule of n1 in %s', (name, asked) => {
  test('is told to match exactly when the trace has it', () => {
    const { network } = assembleSnapshot(readRecorded(name)).value;
    const hits = new Set(
      traceFlow(network, asked, { everyBranch: true }).outcomes.flatMap(({ packets }) =>
        packets
          .filter(({ direction }) => direction === 'original')
          .slice(0, 1)
          .flatMap(({ steps }) =>
            steps.flatMap(({ action, where, skb }) =>
              action.kind === 'table' &&
              !skb.packet.inner &&
              where.node === 'n1' &&
              where.netns === null
                ? action.hits.map((hit) => `${action.table} ${hit.chain} ${hit.rule}`)
                : [],
            ),
          ),
      ),
    );
    expect(hits.size).toBeGreaterThan(3);
    const wrong: string[] = [];
    let matched = 0;
    for (const target of everyRule(network)) {
      const result = whyNot(network, asked, target);
      const table =
        target.kind === 'xt' ? target.table.name : `${target.table.family} ${target.table.name}`;
      const rule = target.table.chains.get(target.chain)?.rules[target.position ?? 0];
      const said = result.verdict !== 'not-matched';
      if (said) matched++;
      const key = `${table} ${target.chain} ${rule?.text}`;
      if (said !== hits.has(key)) wrong.push(`${result.verdict} ${key}`);
      for (const { meeting } of result.ways) {
        if (meeting.kind === 'failed' && firstFailed(meeting.checks) === null) {
          wrong.push(`no reason for ${key}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(matched).toBeGreaterThan(3);
  });
});

function everyRule(network: Network): readonly RuleTarget[] {
  const ruleset = network.namespaces.get('n1')?.ruleset;
  const xt = (ruleset?.xtables ?? [])
    .filter(({ family }) => family === 4)
    .flatMap((table) =>
      [...table.chains.values()].flatMap(({ name, rules }) =>
        rules.map(
          (_, position): RuleTarget => ({ kind: 'xt', where: N1, table, chain: name, position }),
        ),
      ),
    );
  const nft = (ruleset?.nft ?? [])
    .filter(({ family }) => family !== 'ip6')
    .flatMap((table) =>
      [...table.chains.values()].flatMap(({ name, rules }) =>
        rules.map(
          (_, position): RuleTarget => ({ kind: 'nft', where: N1, table, chain: name, position }),
        ),
      ),
    );
  return [...xt, ...nft];
}
