import { describe, expect, it } from 'vitest';
import { agree } from '../../src/agreement/agree.ts';
import type { Agreement, Difference } from '../../src/agreement/agreement.ts';
import { freshSkb } from '../../src/kernel/answer.ts';
import type { Drop, FlowReport, Visit } from '../../src/lab/report.ts';
import type { Outcome, PacketTrace } from '../../src/trace/trace.ts';
import { address, CONNECTED, observed, PLACES, reportOf, SYN, traceOf } from './example.ts';

function compare(report: FlowReport, ...outcomes: readonly Outcome[]): Agreement {
  return agree(traceOf(...(outcomes.length > 0 ? outcomes : [CONNECTED])), [report], PLACES);
}

function withVisits(change: (visits: Visit[]) => void): FlowReport {
  const report = reportOf(CONNECTED);
  const visits = [...report.visits];
  change(visits);
  return { ...report, visits };
}

function changed(index: number, change: Partial<Visit>): FlowReport {
  return withVisits((visits) => {
    const visit = visits[index];
    if (visit) visits[index] = { ...visit, ...change };
  });
}

const client = reportOf(CONNECTED).client;

/** The client's SYN is dropped in n2's input hook. */
const LOST: Outcome = {
  ...CONNECTED,
  client: 'timeout',
  endpoint: null,
  sourceAtEndpoint: null,
  packets: [
    {
      ...SYN,
      disposition: 'dropped',
      dropReason: 'NETFILTER_DROP',
      visits: SYN.visits.slice(0, -1),
    },
  ],
};

function drop(reason: string): Drop {
  const [visit] = SYN.visits;
  return {
    time: 1,
    reason,
    location: 'nf_hook_slow',
    namespace: 'lab-n2',
    device: 'eth0',
    packet: visit ? observed(visit.skb.packet) : null,
  };
}

describe('a trace and a kernel that did the same', () => {
  it('agree', () => {
    expect(compare(reportOf(CONNECTED))).toEqual({
      kind: 'agree',
      outcome: 0,
      tolerated: [],
      unseen: [],
    });
  });

  it('agree on a packet that is dropped, and why', () => {
    expect(compare(reportOf(LOST, [drop('NETFILTER_DROP')]), LOST).kind).toBe('agree');
  });

  it('agree on one of several outcomes that chance has', () => {
    const other: Outcome = { ...LOST, probability: 0.5 };
    expect(compare(reportOf(CONNECTED), other, CONNECTED)).toMatchObject({
      kind: 'agree',
      outcome: 1,
    });
  });

  it('agree where the data and the end of the connection follow', () => {
    const report = withVisits((visits) => {
      const last = visits.at(-1);
      if (!last?.packet.tcp) throw new Error('no last visit');
      const tcp = { ...last.packet.tcp, acknowledgement: 999 };
      visits.push({ ...last, time: 1e6, packet: { ...last.packet, tcp } });
    });
    expect(compare(report).kind).toBe('agree');
  });

  it('agree where the SYN is sent again after a while', () => {
    const report = withVisits((visits) => {
      visits.splice(8, 0, ...visits.slice(0, 8).map((v) => ({ ...v, time: v.time + 1e9 })));
    });
    expect(compare(report).kind).toBe('agree');
  });
});

describe('each way to differ', () => {
  it.each<[what: string, report: FlowReport, difference: Partial<Difference>]>([
    [
      'the client was refused',
      { ...reportOf(CONNECTED), client: { ...client, outcome: 'refused', errno: 'ECONNREFUSED' } },
      { kind: 'client', model: 'connected', kernel: 'refused' },
    ],
    [
      'somebody else answers',
      {
        ...reportOf(CONNECTED),
        client: { ...client, answer: client.answer && { ...client.answer, namespace: 'lab-n1' } },
      },
      { kind: 'endpoint', model: 'n2 192.168.7.12:80', kernel: 'n1 192.168.7.12:80' },
    ],
    [
      'the endpoint sees another source',
      {
        ...reportOf(CONNECTED),
        client: { ...client, answer: client.answer && { ...client.answer, source: '10.0.0.1' } },
      },
      { kind: 'source', model: '192.168.7.11', kernel: '10.0.0.1' },
    ],
    [
      'the SYN does not leave its first hook',
      withVisits((visits) => visits.splice(1, 7)),
      {
        kind: 'missing-visit',
        at: { packet: 'syn', index: 1, netns: 'n1', hook: 'output', edge: 'last' },
      },
    ],
    [
      'the SYN meets one hook more',
      withVisits((visits) => {
        const again = visits[7];
        if (again) visits.splice(8, 0, { ...again, hook: 'forward' });
      }),
      {
        kind: 'extra-visit',
        at: { packet: 'syn', index: 8, netns: 'n2', hook: 'forward', edge: 'last' },
      },
    ],
    [
      'the SYN is forwarded instead of taken in',
      changed(6, { hook: 'forward' }),
      {
        kind: 'other-visit',
        model: { packet: 'syn', index: 6, netns: 'n2', hook: 'input', edge: 'first' },
        kernel: { packet: 'syn', index: 6, netns: 'n2', hook: 'forward', edge: 'first' },
      },
    ],
    [
      'another input device',
      changed(4, { iif: 'eth1' }),
      { kind: 'field', field: 'iif', model: 'eth0', kernel: 'eth1' },
    ],
    ['another output device', changed(2, { oif: 'eth1' }), { kind: 'field', field: 'oif' }],
    [
      'another mark',
      changed(5, { mark: 16 }),
      { kind: 'field', field: 'mark', model: '0x0', kernel: '0x10' },
    ],
    ...(
      [
        ['another source', 'saddr', { source: address('10.0.0.1') }],
        ['another destination', 'daddr', { destination: address('10.0.0.1') }],
        ['another source port', 'sport', { sport: 1 }],
        ['another destination port', 'dport', { dport: 1 }],
        ['another TTL', 'ttl', { ttl: 63 }],
        ['another TOS', 'tos', { tos: 16 }],
      ] as const
    ).map(([what, field, change]): [string, FlowReport, Partial<Difference>] => {
      const packet = reportOf(CONNECTED).visits[3]?.packet;
      if (!packet) throw new Error('no visit');
      return [what, changed(3, { packet: { ...packet, ...change } }), { kind: 'field', field }];
    }),
    [
      'a packet of which the trace knows nothing',
      withVisits((visits) => {
        const [first] = visits;
        const about = SYN.visits[0]?.skb.packet;
        if (!first || !about) throw new Error('no visit');
        const packet = {
          ...about,
          protocol: 1,
          transport: { kind: 'icmp', type: 8, code: 0 } as const,
        };
        visits.push({ ...first, packet: observed(packet) });
      }),
      { kind: 'extra-packet', packet: 'echo-request' },
    ],
    [
      'a packet that arrives is dropped on the kernel',
      reportOf(CONNECTED, [drop('IP_RPFILTER')]),
      { kind: 'drop-reason', packet: 'syn', model: null, kernel: ['IP_RPFILTER in nf_hook_slow'] },
    ],
  ])('%s', (_what, report, difference) => {
    const agreement = compare(report);
    expect(agreement.kind).toBe('disagree');
    expect(agreement.kind === 'disagree' && agreement.differences[0]).toMatchObject(difference);
  });

  it('another reason to drop', () => {
    expect(compare(reportOf(LOST, [drop('IP_RPFILTER')]), LOST)).toMatchObject({
      kind: 'disagree',
      differences: [{ kind: 'drop-reason', model: 'NETFILTER_DROP' }],
    });
  });

  it('a drop that the kernel does not make', () => {
    expect(compare(reportOf(LOST), LOST)).toMatchObject({
      kind: 'disagree',
      differences: [{ kind: 'drop-reason', model: 'NETFILTER_DROP', kernel: [] }],
    });
  });

  it('another error', () => {
    const failed: Outcome = { ...LOST, client: 'unreachable', errno: 'EHOSTUNREACH' };
    const report = reportOf(failed, [drop('NETFILTER_DROP')]);
    const other = { ...report, client: { ...report.client, errno: 'ENETUNREACH' } };
    expect(compare(other, failed)).toMatchObject({
      kind: 'disagree',
      differences: [{ kind: 'errno', model: 'EHOSTUNREACH', kernel: 'ENETUNREACH' }],
    });
  });
});

describe('what is no statement', () => {
  it('a trace that rests on an assumption is open, though it is right', () => {
    const outcome: Outcome = {
      ...CONNECTED,
      assumptions: [
        {
          questionId: 'sysctl:n2:x',
          topic: 'sysctl',
          where: null,
          subject: 'x',
          value: '0',
          isDefault: true,
          kind: 'unknown',
        },
      ],
    };
    expect(compare(reportOf(CONNECTED), outcome)).toMatchObject({
      kind: 'open',
      questions: [{ kind: 'assumption', assumption: { topic: 'sysctl' } }],
    });
  });

  it('a trace that met something unsupported is open', () => {
    const trace = {
      ...traceOf(CONNECTED),
      unsupported: [{ construct: 'match u32', where: { node: 'n1', netns: null }, source: null }],
    };
    expect(agree(trace, [reportOf(CONNECTED)], PLACES)).toMatchObject({
      kind: 'open',
      questions: [{ kind: 'unsupported', construct: 'match u32' }],
    });
  });

  it('an aspect that nobody saw is left out and said', () => {
    const report: FlowReport = {
      ...reportOf(LOST),
      blind: [{ what: 'drops', why: 'not-permitted', namespace: null, detail: 'tracefs' }],
    };
    expect(compare(report, LOST)).toMatchObject({ kind: 'agree', unseen: ['drops'] });
  });
});

describe('differences that are by design', () => {
  const named = (agreement: Agreement): readonly string[] =>
    agreement.tolerated.map(({ rule }) => rule);

  it('a port that a translation draws', () => {
    const outcome: Outcome = {
      ...CONNECTED,
      assumptions: [
        {
          questionId: 'nat-port',
          topic: 'port',
          where: null,
          subject: '',
          value: '41000',
          isDefault: true,
          kind: 'unknown',
        },
      ],
    };
    const packet = reportOf(CONNECTED).visits[3]?.packet;
    if (!packet) throw new Error('no visit');
    const agreement = compare(changed(3, { packet: { ...packet, sport: 50_000 } }), outcome);
    expect([agreement.kind, named(agreement)]).toEqual(['agree', ['chosen-port']]);
  });

  it('a packet that was never made', () => {
    const never: PacketTrace = {
      ...SYN,
      disposition: 'dropped',
      dropReason: 'IP_OUTNOROUTES',
      visits: [],
    };
    const outcome: Outcome = {
      ...LOST,
      client: 'unreachable',
      errno: 'ENETUNREACH',
      packets: [never],
    };
    const agreement = compare(reportOf(outcome), outcome);
    expect([agreement.kind, named(agreement)]).toEqual(['agree', ['never-sent']]);
  });

  it('a reset after the client knows its result', () => {
    const [first] = SYN.visits;
    if (!first) throw new Error('no visit');
    const { packet } = first.skb;
    if (packet.transport.kind !== 'tcp') throw new Error('no segment');
    const rst = { ...packet, transport: { ...packet.transport, flags: { rst: true } as const } };
    const report = withVisits((visits) => {
      const [seen] = visits;
      if (seen) visits.push({ ...seen, packet: observed(freshSkb(rst).packet) });
    });
    expect(named(compare(report))).toEqual(['end-of-story']);
  });

  it('a drop without a reason is shown by its place only', () => {
    const outcome: Outcome = {
      ...LOST,
      packets: LOST.packets.map((packet) => ({ ...packet, dropReason: 'NOT_SPECIFIED' })),
    };
    const agreement = compare(reportOf(outcome), outcome);
    expect([agreement.kind, named(agreement)]).toEqual(['agree', ['unspecified-drop']]);
  });
});
