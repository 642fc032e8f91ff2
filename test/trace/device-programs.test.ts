import { describe, expect, test } from 'vitest';
import { type HandNode, snapshotOf, traceOf } from './hand-written.ts';

/** Programs at a device: what `ip -d -j link`, `tc -j qdisc` and `bpftool -j net` list. */

const EDGE = ['n1 eth0', 'n2 eth0'];

function host(
  own: 1 | 2,
  extra: object = {},
  files: Readonly<Record<string, string>> = {},
): HandNode {
  return { links: [{ name: 'eth0', index: 2, address: `10.5.0.${own}`, extra }], files };
}

const qdisc = (kind: string) => JSON.stringify([{ kind, handle: 'ffff:', dev: 'eth0' }]);
const bpftool = (of: object) => JSON.stringify([{ xdp: [], tc: [], flow_dissector: [], ...of }]);
const XDP = { xdp: { mode: 2, prog: { id: 7 } } };
const NO_PROGRAMS = { 'bpftool-net.json': bpftool({}) };

/** What n2 has, and for the verdict of a flow from n1: what is named, and what is assumed. */
function resultOf(receiver: HandNode, sender: HandNode = host(1)) {
  const { verdict, unsupported, outcomes } = traceOf(
    snapshotOf(sender, receiver, EDGE),
    '10.5.0.2',
  );
  return {
    verdict,
    named: [...new Set(unsupported.map(({ construct }) => construct))],
    assumed: outcomes[0]?.assumptions.filter(({ topic }) => topic === 'device').length,
  };
}

describe('a program at a device is an open question', () => {
  test.each([
    ['XDP in ip link', host(2, XDP), ['XDP program 7 on eth0 (xdp)']],
    [
      'XDP in bpftool',
      host(2, XDP, {
        'bpftool-net.json': bpftool({
          xdp: [{ devname: 'eth0', ifindex: 2, mode: 'driver', id: 8 }],
        }),
      }),
      ['XDP program 8 on eth0 (xdp)'],
    ],
    [
      'tcx',
      host(
        2,
        {},
        {
          'bpftool-net.json': bpftool({
            tc: [
              { devname: 'eth0', ifindex: 2, kind: 'tcx/ingress', name: 'cil_from_netdev', id: 9 },
            ],
          }),
        },
      ),
      ['BPF program cil_from_netdev on eth0 (ingress)'],
    ],
    [
      'clsact',
      host(2, {}, { 'tc-qdisc.json': qdisc('clsact') }),
      ['filters of clsact on eth0 (ingress)', 'filters of clsact on eth0 (egress)'],
    ],
  ])('%s', (_, receiver, named) => {
    const result = resultOf(receiver);
    expect(result.verdict).toBe('undetermined');
    expect([...result.named].sort()).toEqual([...named].sort());
  });

  test('also where it is on the way out', () => {
    expect(resultOf(host(2), host(1, {}, { 'tc-qdisc.json': qdisc('clsact') })).verdict).toBe(
      'undetermined',
    );
  });
});

describe('what changes little is assumed to change nothing', () => {
  test.each([
    ['an ingress queue', host(2, {}, { 'tc-qdisc.json': qdisc('ingress') })],
    ['netem', host(2, {}, { 'tc-qdisc.json': qdisc('netem') })],
    ['clsact without programs', host(2, {}, { 'tc-qdisc.json': qdisc('clsact'), ...NO_PROGRAMS })],
  ])('%s', (_, receiver) => {
    const { verdict, assumed } = resultOf(receiver);
    expect([verdict, (assumed ?? 0) > 0]).toEqual(['reachable', true]);
  });
});

describe('nothing is asked', () => {
  test.each([
    ['without any', host(2)],
    ['with the usual queues', host(2, {}, { 'tc-qdisc.json': qdisc('fq_codel'), ...NO_PROGRAMS })],
    ['where a program of XDP was taken away', host(2, { xdp: { mode: 0 } })],
  ])('%s', (_, receiver) => {
    expect(resultOf(receiver)).toEqual({ verdict: 'reachable', named: [], assumed: 0 });
  });
});
