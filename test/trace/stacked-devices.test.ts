import { describe, expect, test } from 'vitest';
import { parseIpv4 } from '../../src/packet/address.ts';
import { assembleSnapshot } from '../../src/snapshot/assemble.ts';
import type { Outcome } from '../../src/trace/trace.ts';
import { traceFlow } from '../../src/trace/tracer.ts';

/**
 * VLANs, bonds and dummies, which the kernel of the tests cannot make: what `ip -d -j link` prints of them is
 * written by its documentation, and what they do by the kernel's. docs/support-matrix.md says so.
 */

interface Link {
  readonly name: string;
  readonly index: number;
  readonly address?: string;
  readonly extra?: object;
}

const SYSCTLS = [
  'net.ipv4.ip_forward = 0',
  ...['all', 'default', 'lo', 'eth0', 'eth1', 'bond0', 'eth0/5', 'eth0/6'].map(
    (device) => `net.ipv4.conf.${device}.rp_filter = 0`,
  ),
].join('\n');

function node(name: string, links: readonly Link[]): readonly (readonly [string, string])[] {
  const own = links.map(({ name: ifname, index, address, extra }) => ({
    ifindex: index,
    ifname,
    flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
    mtu: 1500,
    link_type: 'ether',
    address: `02:00:00:00:${name.slice(1).padStart(2, '0')}:${String(index).padStart(2, '0')}`,
    promiscuity: 0,
    ...extra,
    addr_info: address ? [{ family: 'inet', local: address, prefixlen: 24, scope: 'global' }] : [],
  }));
  const lo = {
    ifindex: 1,
    ifname: 'lo',
    flags: ['LOOPBACK', 'UP', 'LOWER_UP'],
    mtu: 65536,
    link_type: 'loopback',
    addr_info: [{ family: 'inet', local: '127.0.0.1', prefixlen: 8, scope: 'host' }],
  };
  const routes = links.flatMap(({ name: dev, address }) =>
    address
      ? [
          {
            type: 'unicast',
            dst: subnetOf(address),
            dev,
            protocol: 'kernel',
            scope: 'link',
            prefsrc: address,
          },
          {
            type: 'local',
            dst: address,
            dev,
            table: 'local',
            protocol: 'kernel',
            scope: 'host',
            prefsrc: address,
          },
        ]
      : [],
  );
  const rules = ['local', 'main', 'default'].map((table, i) => ({
    priority: [0, 32766, 32767][i],
    src: 'all',
    table,
  }));
  const files: Readonly<Record<string, string>> = {
    'ip-link.json': JSON.stringify([lo, ...own]),
    'ip-addr.json': JSON.stringify([lo, ...own]),
    'ip-route.json': JSON.stringify(routes),
    'ip-rule.json': JSON.stringify(rules),
    'sysctl.txt': SYSCTLS,
    'iptables-save.txt': '# no tables\n',
    'nft-ruleset.json': '{"nftables":[]}',
    'sockets.txt': 'tcp LISTEN 0 128 0.0.0.0:80 0.0.0.0:*\n',
    'ip-neigh.json': '[]',
    'conntrack.txt': '',
  };
  return Object.entries(files).map(([file, text]) => [`nodes/${name}/${file}`, text]);
}

function subnetOf(address: string): string {
  return `${address.split('.').slice(0, 3).join('.')}.0/24`;
}

const vlan = (id: number, link = 'eth0') => ({
  link,
  linkinfo: { info_kind: 'vlan', info_data: { protocol: '802.1Q', id, flags: ['REORDER_HDR'] } },
});
const bond = (mode: string, active?: string) => ({
  linkinfo: {
    info_kind: 'bond',
    info_data: { mode, ...(active === undefined ? {} : { active_slave: active }) },
  },
});
const slave = (master: string) => ({
  master,
  linkinfo: { info_slave_kind: 'bond', info_slave_data: { state: 'ACTIVE' } },
});

/** Both nodes' cards are on one segment, and nothing else is. */
function snapshotOf(a: readonly Link[], b: readonly Link[], members: readonly string[]) {
  const segments = [
    {
      name: 'u0',
      members: members.map((member) => {
        const [of, device] = member.split(' ');
        return { node: of, device };
      }),
    },
  ];
  const declared = { underlay: { segments, complete: true, filters: [] } };
  const files = new Map([
    ...node('n1', a),
    ...node('n2', b),
    ['snapshot.json', JSON.stringify(declared)] as const,
  ]);
  return assembleSnapshot(files).value;
}

type Snapshot = ReturnType<typeof snapshotOf>;

function traced({ network }: Snapshot, address: string): Outcome | undefined {
  const to = parseIpv4(address);
  if (!to) throw new Error(address);
  return traceFlow(network, {
    from: { node: 'n1', netns: null },
    arrivesOn: null,
    to,
    port: 80,
    protocol: 'tcp',
    boundSource: null,
    boundDevice: null,
    sport: null,
    mark: 0,
  }).outcomes[0];
}

/** `n1 eth0.5 > n1 eth0 > n2 eth0 > n2 eth0.5`: the devices that the SYN passes. */
function way(outcome: Outcome | undefined): string {
  const [syn] = outcome?.packets ?? [];
  return (syn?.steps ?? [])
    .flatMap(({ action, where }) =>
      action.kind === 'transmit' || action.kind === 'receive'
        ? [`${where.node} ${action.device}`]
        : [],
    )
    .join(' > ');
}

const EDGE = ['n1 eth0', 'n2 eth0'];
const card = { name: 'eth0', index: 2 };

describe('a VLAN', () => {
  const own = (address: string, id = 5): readonly Link[] => [
    card,
    { name: `eth0.${id}`, index: 3, address, extra: vlan(id) },
  ];

  test('carries its frames by the card below', () => {
    const outcome = traced(snapshotOf(own('10.5.0.1'), own('10.5.0.2'), EDGE), '10.5.0.2');
    expect(outcome?.client).toBe('connected');
    expect(way(outcome)).toBe('n1 eth0.5 > n1 eth0 > n2 eth0 > n2 eth0.5');
  });

  test('of another number hears nothing', () => {
    const outcome = traced(snapshotOf(own('10.5.0.1'), own('10.5.0.2', 6), EDGE), '10.5.0.2');
    expect([outcome?.client, outcome?.packets[0]?.dropReason]).toEqual([
      'unreachable',
      'NEIGH_FAILED',
    ]);
  });

  test('answers with its tag, also who asked without, and is not heard', () => {
    const plain = [{ ...card, address: '10.5.0.1' }];
    const outcome = traced(snapshotOf(plain, own('10.5.0.2'), EDGE), '10.5.0.2');
    expect(outcome?.packets.slice(0, 2).map(({ kind, dropReason }) => [kind, dropReason])).toEqual([
      ['syn', null],
      ['syn-ack', 'NEIGH_FAILED'],
    ]);
  });

  test('whose card is not in the snapshot is named', () => {
    const lost = { ...vlan(5), link: undefined, link_index: 9 };
    const links = [card, { name: 'eth0.5', index: 3, address: '10.5.0.1', extra: lost }];
    const outcome = traced(snapshotOf(links, own('10.5.0.2'), EDGE), '10.5.0.2');
    expect(outcome?.client).not.toBe('connected');
  });
});

describe('a bond', () => {
  const own = (address: string, mode: string, active?: string): readonly Link[] => [
    { ...card, extra: slave('bond0') },
    { name: 'eth1', index: 3, extra: slave('bond0') },
    { name: 'bond0', index: 4, address, extra: bond(mode, active) },
  ];
  const members = ['n1 eth0', 'n2 eth0'];

  test('sends and receives by its active port', () => {
    const snapshot = snapshotOf(
      own('10.6.0.1', 'active-backup', 'eth0'),
      own('10.6.0.2', 'active-backup', 'eth0'),
      members,
    );
    const outcome = traced(snapshot, '10.6.0.2');
    expect(outcome?.client).toBe('connected');
    expect(way(outcome)).toBe('n1 bond0 > n1 eth0 > n2 eth0 > n2 bond0');
  });

  test('does not reach what is behind the port that stands by', () => {
    const snapshot = snapshotOf(
      own('10.6.0.1', 'active-backup', 'eth1'),
      own('10.6.0.2', 'active-backup', 'eth0'),
      members,
    );
    expect(traced(snapshot, '10.6.0.2')?.client).not.toBe('connected');
  });
});

test('a dummy device keeps nothing', () => {
  const dummy = {
    linkinfo: { info_kind: 'dummy' },
    flags: ['BROADCAST', 'NOARP', 'UP', 'LOWER_UP'],
  };
  const links = [card, { name: 'd0', index: 3, address: '10.7.0.1', extra: dummy }];
  const outcome = traced(snapshotOf(links, [card], EDGE), '10.7.0.9');
  expect([outcome?.client, outcome?.packets[0]?.steps.at(-1)?.action]).toEqual([
    'timeout',
    { kind: 'drop', reason: 'NOT_SPECIFIED', at: 'dummy d0' },
  ]);
});
