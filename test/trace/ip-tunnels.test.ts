import { describe, expect, test } from 'vitest';
import { dropOf, type HandNode, snapshotOf, traced, traceOf, way } from './hand-written.ts';

/**
 * Tunnels of IP in IP, which the kernel of the tests cannot make: what `ip -d -j link` prints of them is written
 * by iproute2's source, and what they do by the kernel's. docs/support-matrix.md says so.
 */

const EDGE = ['n1 eth0', 'n2 eth0'];
const OUTER = { 1: '192.0.2.1', 2: '192.0.2.2' } as const;
const INNER = { 1: '10.1.0.1', 2: '10.2.0.1' } as const;

type End = 1 | 2;

interface Way {
  readonly type?: string;
  readonly device?: string;
  /** Of `linkinfo.info_data`, beside what every tunnel has. */
  readonly data?: object;
  readonly mtu?: number;
  readonly up?: boolean;
  /** The route to the other end's addresses. */
  readonly route?: object;
  readonly rules?: string;
  readonly outerMtu?: number;
  readonly inner?: Readonly<Record<End, string>>;
  readonly outer?: Readonly<Record<End, string>>;
}

/** Calico's: one device for all nodes, and the node in the route. */
function end(own: End, way: Way = {}): HandNode {
  const other = own === 1 ? 2 : 1;
  const device = way.device ?? 'tunl0';
  const inner = way.inner ?? INNER;
  const outer = way.outer ?? OUTER;
  const data = { remote: 'any', local: 'any', ttl: 0, pmtudisc: true, ...way.data };
  const flags = ['NOARP', ...(way.up === false ? [] : ['UP', 'LOWER_UP'])];
  const info = { info_kind: way.type ?? 'ipip', info_data: data };
  const full = inner[own].includes(':') ? 128 : 32;
  return {
    links: [
      { name: 'eth0', index: 2, address: outer[own], extra: { mtu: way.outerMtu ?? 1500 } },
      {
        name: device,
        index: 3,
        address: `${inner[own]}/${full}`,
        extra: { flags, link_type: 'ipip', mtu: way.mtu ?? 1480, linkinfo: info },
      },
    ],
    routes: [
      way.route ?? {
        dst: inner[own].includes(':') ? `${inner[other]}/128` : '10.0.0.0/8',
        gateway: outer[other],
        dev: device,
        flags: ['onlink'],
      },
    ],
    files: way.rules ? { 'iptables-save.txt': way.rules } : {},
  };
}

function sent(a: Way, b: Way, to = (b.inner ?? INNER)[2]) {
  return traced(snapshotOf(end(1, a), end(2, b), EDGE), to);
}

const NO_IPIP = '*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -p 4 -j DROP\nCOMMIT\n';

describe('ipip without a remote end', () => {
  test('sends to the next hop of the route, and is taken by the device that takes all', () => {
    const outcome = sent({}, {});
    expect(outcome?.client).toBe('connected');
    expect(way(outcome)).toBe('n1 tunl0 > n1 eth0 > n2 eth0 > n2 tunl0');
    const outer = outcome?.packets[0]?.steps.find(({ action }) => action.kind === 'encapsulate');
    expect(outer?.skb.packet).toMatchObject({
      protocol: 4,
      length: 80,
      ttl: 64,
      dontFragment: true,
    });
  });

  test('is lost where a firewall drops its protocol', () => {
    const outcome = sent({}, { rules: NO_IPIP });
    expect([outcome?.client, outcome?.packets[0]?.dropReason]).toEqual([
      'timeout',
      'NETFILTER_DROP',
    ]);
  });

  test('passes where a firewall drops another protocol', () => {
    const rules = NO_IPIP.replace('-p 4', '-p 47');
    expect(sent({}, { rules })?.client).toBe('connected');
  });

  test('is told that the port is not there where the device is down, and its sender is not', () => {
    const outcome = sent({}, { up: false });
    expect([outcome?.client, dropOf(outcome), outcome?.packets[1]?.kind]).toEqual([
      'timeout',
      'no tunnel for protocol 4 from this end',
      'icmp-error',
    ]);
  });

  test('sends nothing where the way to the next hop leads into it', () => {
    const route = { dst: '10.0.0.0/8', gateway: '10.2.0.9', dev: 'tunl0', flags: ['onlink'] };
    expect(dropOf(sent({ route }, {}))).toBe('tunl0: the way to its other end leads into it');
  });

  test('tells the size that fits, and data arrives', () => {
    const outcome = sent({ mtu: 1500 }, { mtu: 1500 });
    expect(outcome?.transfer).toMatchObject({
      kind: 'delivered',
      bytes: { original: 1480, reply: 1480 },
    });
  });

  test('sends pieces where neither packet must stay whole', () => {
    const whole = { mtu: 1500, data: { pmtudisc: false } };
    const split = { ...end(1, whole), sysctls: ['net.ipv4.ip_no_pmtu_disc = 1'] };
    const outcome = traced(snapshotOf(split, end(2, whole), EDGE), INNER[2]);
    expect(outcome?.transfer?.bytes).toEqual({ original: 1500, reply: 1480 });
  });
});

describe('a tunnel with two ends', () => {
  const ends = (own: End, more: object = {}) => ({
    device: 'tun1',
    data: { remote: OUTER[own === 1 ? 2 : 1], local: OUTER[own], ...more },
    route: { dst: '10.0.0.0/8', dev: 'tun1', scope: 'link' },
  });

  test.each([
    ['ipip', 4, 20],
    ['gre', 47, 24],
  ])('%s sends protocol %i, %i bytes longer', (type, protocol, overhead) => {
    const outcome = sent({ ...ends(1), type }, { ...ends(2), type });
    expect(outcome?.client).toBe('connected');
    const outer = outcome?.packets[0]?.steps.find(({ action }) => action.kind === 'encapsulate');
    expect(outer?.skb.packet).toMatchObject({ protocol, length: 60 + overhead });
  });

  test('does not take what another host sends', () => {
    const outcome = sent(ends(1), { ...ends(2), data: { remote: '192.0.2.9', local: OUTER[2] } });
    expect(dropOf(outcome)).toBe('no tunnel for protocol 4 from this end');
  });

  test('of another type is no end', () => {
    const outcome = sent({ ...ends(1), type: 'gre' }, ends(2));
    expect(outcome?.packets[0]?.dropReason).toBe('IP_NOPROTO');
  });

  test.each([
    [{ okey: '0.0.0.7' }, { ikey: '0.0.0.7' }, null],
    [{ okey: '0.0.0.7' }, { ikey: '0.0.0.8' }, 'no tunnel for protocol 47 from this end'],
    [{ okey: '0.0.0.7' }, {}, 'no tunnel for protocol 47 from this end'],
    [{}, { ikey: '0.0.0.7' }, 'no tunnel for protocol 47 from this end'],
    [{ ocsum: true }, { icsum: true }, null],
    [{ ocsum: true }, {}, 'tun1: GRE checksums on one side only'],
    [{}, { iseq: true }, 'tun1: no GRE sequence number'],
  ])('GRE that sends %j and takes %j', (sends, takes, drop) => {
    const back = { ...ends(2, takes), type: 'gre' };
    const outcome = sent({ ...ends(1, sends), type: 'gre' }, back);
    expect(dropOf({ ...outcome, packets: outcome?.packets.slice(0, 1) ?? [] } as never)).toBe(drop);
  });

  test('is taken before one that takes all', () => {
    const b = end(2);
    const special = end(2, ends(2)).links[1];
    const both = { ...b, links: [...b.links, ...(special ? [{ ...special, index: 4 }] : [])] };
    expect(way(traced(snapshotOf(end(1), both, EDGE), INNER[2]))).toContain('n2 tun1');
  });
});

describe('IPv6 inside and outside', () => {
  const INNER6 = { 1: 'fd00:1::1', 2: 'fd00:2::1' } as const;
  const OUTER6 = { 1: '2001:db8::1', 2: '2001:db8::2' } as const;
  const ends = (own: End, outer: Readonly<Record<End, string>>, other: string) => ({
    device: 'tun1',
    outer,
    data: { remote: outer[own === 1 ? 2 : 1], local: outer[own], proto: 'any' },
    route: { dst: other, dev: 'tun1' },
  });

  test('sit carries IPv6 as protocol 41', () => {
    const of = (own: End, other: string) => ({
      ...ends(own, OUTER, other),
      type: 'sit',
      inner: INNER6,
    });
    const outcome = sent(of(1, 'fd00:2::/64'), of(2, 'fd00:1::/64'));
    expect(outcome?.client).toBe('connected');
    const outer = outcome?.packets[0]?.steps.find(({ action }) => action.kind === 'encapsulate');
    expect(outer?.skb.packet.protocol).toBe(41);
  });

  test('ipip does not', () => {
    const of = (own: End, other: string) => ({ ...ends(own, OUTER, other), inner: INNER6 });
    expect(dropOf(sent(of(1, 'fd00:2::/64'), of(2, 'fd00:1::/64')))).toBe('tun1 carries no IPv6');
  });

  test.each([
    ['ip6tnl', 4, 108],
    ['ip6gre', 47, 112],
  ])('%s carries IPv4 over IPv6 as protocol %i', (type, protocol, length) => {
    const of = (own: End) => {
      const basic = ends(own, OUTER6, '10.0.0.0/8');
      return { ...basic, type, data: { ...basic.data, encap_limit: 4 } };
    };
    const outcome = sent(of(1), of(2));
    expect(outcome?.client).toBe('connected');
    const outer = outcome?.packets[0]?.steps.find(({ action }) => action.kind === 'encapsulate');
    expect(outer?.skb.packet).toMatchObject({ protocol, length });
  });
});

describe('a GENEVE tunnel', () => {
  const ends = (own: End, id = 7): Way => ({
    type: 'geneve',
    device: 'gen0',
    data: { id, remote: OUTER[own === 1 ? 2 : 1], port: 6081, df: 'unset' },
    route: { dst: '10.0.0.0/8', dev: 'gen0', scope: 'link' },
  });
  const geneve = (own: End, id?: number): HandNode => {
    const basic = end(own, ends(own, id));
    const [card, device] = basic.links;
    const ether = { flags: ['BROADCAST', 'UP', 'LOWER_UP'], link_type: 'ether', mtu: 1450 };
    return {
      ...basic,
      links: card && device ? [card, { ...device, extra: { ...device.extra, ...ether } }] : [],
    };
  };

  test('carries frames to its one other end', () => {
    const outcome = traced(snapshotOf(geneve(1), geneve(2), EDGE), INNER[2]);
    expect(outcome?.client).toBe('connected');
    expect(way(outcome)).toBe('n1 gen0 > n1 eth0 > n2 eth0 > n2 gen0');
  });

  test('of another number finds nobody', () => {
    const outcome = traced(snapshotOf(geneve(1), geneve(2, 8), EDGE), INNER[2]);
    expect(outcome?.client).toBe('unreachable');
  });
});

test('a tunnel whose other end a program names is named', () => {
  const trace = traceOf(snapshotOf(end(1, { data: { external: true } }), end(2), EDGE), INNER[2]);
  expect([trace.verdict, trace.unsupported.map(({ construct }) => construct)]).toEqual([
    'undetermined',
    ['tunl0: tunnel with external'],
  ]);
});
