import { describe, expect, it } from 'vitest';
import type { Diagnosis, Hypothesis } from '../../src/diagnosis/diagnosis.ts';
import { netnsKey } from '../../src/packet/place.ts';
import { diagnoseFounding, type Files } from './run-diagnosis.ts';

/**
 * What the founding incident's evidence leaves, and what any further fact changes of it. The rows
 * are what an on-call engineer would collect next.
 */

const ENDPOINT_RPF = 'rp-filter-strict on endpoint-node flannel0';
const CLIENT_RPF = 'rp-filter-strict on slave1 eth0';
const UNDERLAY = 'underlay-drops-foreign-source on underlay';
const FILTER = 'source-dependent-filter on endpoint-node forward';
const ROUTE = 'overlapping-route on endpoint-node';
const CONNTRACK = 'conntrack-entry-lost on slave1';

function named({ causeId, location }: Hypothesis): string {
  const { where, segment, device, hook } = location;
  const place = [where && netnsKey(where), segment, device, hook].filter((part) => part !== null);
  return `${causeId} on ${place.join(' ')}`;
}

function sysctls(role: 'client' | 'endpoint', values: Readonly<Record<string, string>>): object {
  const name = role === 'client' ? 'slave1' : 'endpoint-node';
  const keys = Object.entries(values).map(([key, value]) => [`net.ipv4.conf.${key}`, value]);
  return { nodes: [{ name, role, sysctls: Object.fromEntries(keys) }] };
}

function counted(node: string, before: number, after: number): Files {
  const nstat = (value: number): string => `#kernel\nTcpExtIPReversePathFilter ${value} 0.0\n`;
  return new Map([
    [`evidence/${node}/nstat-before.txt`, nstat(before)],
    [`evidence/${node}/nstat-after.txt`, nstat(after)],
  ]);
}

interface Row {
  readonly sentence: string;
  readonly facts?: object;
  readonly evidence?: Files;
  readonly left: readonly string[];
}

const ROWS: readonly Row[] = [
  {
    sentence: 'the evidence alone leaves six explanations, in this order',
    left: [ENDPOINT_RPF, CLIENT_RPF, UNDERLAY, FILTER, ROUTE, CONNTRACK],
  },
  {
    sentence: "no validation on the endpoint's node rules its drop out",
    facts: sysctls('endpoint', { 'all.rp_filter': '0', 'flannel0.rp_filter': '0' }),
    left: [CLIENT_RPF, UNDERLAY, FILTER, ROUTE, CONNTRACK],
  },
  {
    sentence: "loose validation of all devices on the endpoint's node does, too",
    facts: sysctls('endpoint', { 'all.rp_filter': '2', 'flannel0.rp_filter': '1' }),
    left: [CLIENT_RPF, UNDERLAY, FILTER, ROUTE, CONNTRACK],
  },
  {
    sentence: 'loose validation on the client rules the drop of the reply out',
    facts: sysctls('client', { 'all.rp_filter': '0', 'eth0.rp_filter': '2' }),
    left: [ENDPOINT_RPF, UNDERLAY, FILTER, ROUTE, CONNTRACK],
  },
  {
    sentence: "strict validation on the endpoint's node explains all by itself",
    facts: sysctls('endpoint', { 'all.rp_filter': '0', 'flannel0.rp_filter': '1' }),
    left: [ENDPOINT_RPF],
  },
  {
    sentence: 'strict validation by `all` is as strict',
    facts: sysctls('endpoint', { 'all.rp_filter': '1', 'flannel0.rp_filter': '0' }),
    left: [ENDPOINT_RPF],
  },
  {
    sentence: "a counter that did not grow on the endpoint's node rules its drop out",
    evidence: counted('endpoint-node', 3, 3),
    left: [CLIENT_RPF, UNDERLAY, FILTER, ROUTE, CONNTRACK],
  },
  {
    sentence: 'a counter that did not grow on the client rules the drop of the reply out',
    evidence: counted('slave1', 3, 3),
    left: [ENDPOINT_RPF, UNDERLAY, FILTER, ROUTE, CONNTRACK],
  },
];

describe('the founding incident', () => {
  it.each(ROWS)('$sentence', ({ facts, evidence, left }) => {
    const { hypotheses } = diagnoseFounding({
      ...(facts ? { facts } : {}),
      ...(evidence ? { evidence } : {}),
    });
    expect(hypotheses.map(named)).toEqual(left);
  });

  it('a counter that grew makes the drop on its node the likeliest by far', () => {
    for (const [node, likeliest] of [
      ['endpoint-node', ENDPOINT_RPF],
      ['slave1', CLIENT_RPF],
    ] as const) {
      const [first, second] = diagnoseFounding({ evidence: counted(node, 3, 6) }).hypotheses;
      expect(first && named(first)).toBe(likeliest);
      expect((first?.confidence ?? 0) / (second?.confidence ?? 1)).toBeGreaterThan(3);
    }
  });

  it('has drop reasons by the names of the kernel, and never more confidence than there is', () => {
    const { hypotheses, proven } = diagnoseFounding();
    expect(hypotheses.map(({ dropReason }) => dropReason)).toEqual([
      'IP_RPFILTER',
      'IP_RPFILTER',
      'NOT_SPECIFIED',
      'NETFILTER_DROP',
      'NEIGH_FAILED',
      'NO_SOCKET',
    ]);
    const total = hypotheses.reduce((sum, { confidence }) => sum + confidence, 0);
    expect(total).toBeLessThan(1);
    expect(proven).toBe(false);
  });

  it.each([
    ['endpoint-gone', ['other-symptom-refused', 'works']],
    ['underlay-drops', ['syn-seen-unpredicted', 'works']],
    ['ip-forward-off', ['works']],
  ])('rules out %s, because of what was seen and of the flow that works', (causeId, reasons) => {
    const found = diagnoseFounding().ruledOut.find((one) => one.causeId === causeId);
    expect([...new Set(found?.because.map(({ shows }) => shows))]).toEqual(reasons);
  });

  it.each([
    ['kube-proxy-cluster-cidr', [ENDPOINT_RPF, CLIENT_RPF, UNDERLAY, FILTER, ROUTE]],
    ['kube-proxy-masquerade-all', [ENDPOINT_RPF, CLIENT_RPF, UNDERLAY, FILTER, ROUTE]],
    ['flannel-ip-masq', [ENDPOINT_RPF, CLIENT_RPF, UNDERLAY, FILTER, ROUTE]],
    ['service-route-with-overlay-source', [ENDPOINT_RPF, CLIENT_RPF, UNDERLAY, FILTER, ROUTE]],
    ['rp-filter-loose', [ENDPOINT_RPF, CLIENT_RPF]],
  ])('%s cures exactly what the model, run again, says', (fixId, cured) => {
    const diagnosis = diagnoseFounding();
    expect(curedBy(diagnosis, fixId)).toEqual(cured);
  });

  it('loosens validation on both nodes, because the first drop hides the second', () => {
    const fix = diagnoseFounding().fixes.find(({ fixId }) => fixId === 'rp-filter-loose');
    expect(fix?.commands.map(({ node, argv }) => `${node} ${argv.at(-1)}`)).toEqual([
      expect.stringMatching(/^endpoint-node sysctl /),
      'endpoint-node net.ipv4.conf.flannel0.rp_filter=2',
      expect.stringMatching(/^slave1 sysctl /),
      'slave1 net.ipv4.conf.eth0.rp_filter=2',
    ]);
    expect(fix?.curesTogether).toBe(true);
  });

  it('proposes no command with a name or address that only stands for one', () => {
    const { experiment, fixes } = diagnoseFounding();
    const commands = [
      ...(experiment?.steps ?? []).flatMap((step) => step.commands),
      ...fixes.flatMap(({ commands: run, undo }) => [...run, ...undo]),
    ];
    expect(commands.length).toBeGreaterThan(20);
    for (const { text } of commands) expect(text).not.toMatch(/podside0|10\.39\.0\.25[34]/);
  });
});

function curedBy({ fixes, hypotheses }: Diagnosis, fixId: string): readonly string[] {
  const cures = fixes.find((fix) => fix.fixId === fixId)?.cures ?? [];
  return hypotheses.filter(({ id }) => cures.includes(id)).map(named);
}
