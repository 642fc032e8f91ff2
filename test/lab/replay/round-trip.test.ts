import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { openLab } from '../../../src/lab/open-lab.ts';
import type { ReplayAsk } from '../../../src/lab/replay/ask.ts';
import { labFlowOf } from '../../../src/lab/replay/lab-flow.ts';
import { verifyReplay } from '../../../src/lab/replay/verify/verify.ts';
import type { Topology } from '../../../src/lab/topology/topology.ts';
import { labMissing } from '../../differential/paths/namespaces.ts';
import { ASK, CLIENT_ONLY, type Rebuilt, rebuilt, TOOLS } from './rebuilt.ts';

/**
 * A network that uses all that a replay rebuilds is built, collected with the users' collector, and
 * rebuilt from that: every flow ends as it did on the first network.
 */
const missing = labMissing(TOOLS);

const NETWORK: Topology = {
  namespaces: [
    {
      name: 'n1',
      place: { kind: 'node', node: 'n1' },
      ip: [
        'link add name br0 type bridge forward_delay 0 ageing_time 12000',
        'link set dev port0 master br0',
        'link set dev port0 type bridge_slave hairpin on isolated on',
        'link set dev br0 up',
        'link set dev port0 up',
        'link set dev eth0 up',
        'address add 10.1.0.1/24 dev br0',
        'address add 192.0.2.1/24 dev eth0',
        'address add 192.0.2.33/24 dev eth0 noprefixroute',
        'address add 10.9.9.9 peer 10.9.9.10/32 dev eth0',
        'route add 10.2.0.0/24 via 192.0.2.2 mtu 1400',
        'route add 10.3.0.0/24 nexthop via 192.0.2.2 weight 2 nexthop via 192.0.2.3',
        'route add default via 192.0.2.2 table 100 metric 7',
        'route add blackhole 10.6.0.0/16',
        'route add unreachable 10.7.0.0/16',
        'route add prohibit 10.8.0.0/16',
        'route add throw 10.2.0.9/32 table 100',
        // One that the kernel makes of an address is taken away, and another source is preferred.
        'route del 10.9.9.10 dev eth0',
        'route add 198.51.100.0/24 via 192.0.2.2 src 192.0.2.33',
        'rule add pref 90 fwmark 0x10/0xff lookup 100',
        'rule add pref 91 from 10.1.0.0/24 to 10.99.0.0/16 unreachable',
        'neighbour add 192.0.2.77 lladdr 02:00:00:00:00:77 dev eth0 nud permanent',
      ],
      sysctls: {
        'net.ipv4.ip_forward': '1',
        'net.ipv4.conf.eth0.rp_filter': '2',
        'net.ipv4.conf.all.log_martians': '1',
        'net.ipv4.ip_local_port_range': '40000 40100',
      },
      ipsets: 'create refused hash:ip family inet\nadd refused 10.2.0.5\n',
      iptablesNft: `*nat
:POSTROUTING ACCEPT [0:0]
-A POSTROUTING -s 10.1.0.0/24 -o eth0 -j MASQUERADE
COMMIT
`,
      iptablesLegacy: `*filter
:FORWARD ACCEPT [0:0]
-A FORWARD -m set --match-set refused dst -j REJECT --reject-with icmp-admin-prohibited
COMMIT
`,
      nft: `table ip services {
  map vips { type ipv4_addr . inet_service : verdict; elements = { 10.96.0.1 . 80 : goto web, 10.96.0.2 . 80 : drop }; }
  chain web { meta l4proto tcp dnat to 10.2.0.4:8080; }
  chain pre { type nat hook prerouting priority -110; ip daddr . tcp dport vmap @vips; }
  chain out { type nat hook output priority -110; ip daddr . tcp dport vmap @vips; }
}`,
      listeners: [{ protocol: 'tcp', port: 9100, address: '192.0.2.1' }],
    },
    {
      name: 'pod1',
      place: { kind: 'pod', node: 'n1', netns: 'pod1' },
      ip: [
        'link set dev eth0 up',
        'address add 10.1.0.5/24 dev eth0',
        'route add default via 10.1.0.1',
      ],
    },
    {
      name: 'n2',
      place: { kind: 'node', node: 'n2' },
      ip: [
        'link set dev eth0 up',
        'link set dev veth1 up',
        'address add 192.0.2.2/24 dev eth0',
        'address add 10.2.0.1/24 dev veth1',
        'route add 10.1.0.0/24 via 192.0.2.1',
      ],
      sysctls: { 'net.ipv4.ip_forward': '1' },
    },
    {
      name: 'pod2',
      place: { kind: 'pod', node: 'n2', netns: 'pod2' },
      ip: [
        'link set dev eth0 up',
        'address add 10.2.0.4/24 dev eth0',
        'address add 10.2.0.5/24 dev eth0',
        'route add default via 10.2.0.1',
      ],
      listeners: [
        { protocol: 'tcp', port: 8080 },
        { protocol: 'udp', port: 53 },
      ],
    },
  ],
  cables: [
    {
      ends: [
        { namespace: 'n1', device: 'port0', index: 9 },
        { namespace: 'pod1', device: 'eth0' },
      ],
    },
    {
      ends: [
        { namespace: 'n2', device: 'veth1' },
        { namespace: 'pod2', device: 'eth0', mtu: 1400 },
      ],
    },
  ],
  segments: [
    {
      name: 'u0',
      members: [
        { namespace: 'n1', device: 'eth0' },
        { namespace: 'n2', device: 'eth0' },
      ],
    },
  ],
};

const FLOWS: readonly (readonly [name: string, ask: Partial<ReplayAsk>])[] = [
  ['a Service whose map names a chain', { to: '10.96.0.1' }],
  ['a Service whose map drops', { to: '10.96.0.2' }],
  ['an endpoint over a route', { to: '10.2.0.4', port: 8080 }],
  ['a datagram', { to: '10.2.0.4', port: 53, protocol: 'udp' }],
  ['an echo request', { to: '10.2.0.4', port: 0, protocol: 'icmp' }],
  ['a port without a listener', { to: '10.2.0.4', port: 81 }],
  ['a bound address', { to: '192.0.2.1', port: 9100 }],
  ['another address than the bound one', { to: '192.0.2.33', port: 9100 }],
  ['an address in a set of the other backend', { to: '10.2.0.5', port: 8080 }],
  ['a blackhole', { to: '10.6.0.1', port: 1 }],
  ['an unreachable route', { to: '10.7.0.1', port: 1 }],
  ['a prohibited route', { to: '10.8.0.1', port: 1 }],
  ['a route that was taken away', { to: '10.9.9.10', port: 1 }],
  ['a marked socket and its table', { to: '10.2.0.4', port: 8080, mark: 0x10 }],
  ['a bound source', { to: '10.2.0.4', port: 8080, source: '192.0.2.33' }],
];

describe.skipIf(missing !== null)(`a network, collected and rebuilt (${missing ?? 'here'})`, () => {
  let lab: Lab;
  let files: ReadonlyMap<string, string>;
  const first = new Map<string, string>();
  let built: Rebuilt;

  const asks = (['pod1', null] as const).flatMap((netns) =>
    FLOWS.map(([name, ask]): readonly [string, ReplayAsk] => [
      `${netns ?? 'n1'}: ${name}`,
      { ...ASK, ...ask, from: { node: 'n1', netns } },
    ]),
  );
  // A pod has no such address to bind to.
  const sent = asks.filter(([, { from, source }]) => from.netns === null || source === null);

  beforeAll(async () => {
    lab = await openLab();
    await lab.build(NETWORK);
    files = new Map(Object.entries(await lab.collect({})));
    const flows = sent.map(([name, ask]) => labFlowOf(ask, ask.from.netns ?? 'n1', name));
    const reports = await lab.send({ flows, observe: CLIENT_ONLY });
    for (const { id, client } of reports) {
      const { answer, outcome, errno } = client;
      first.set(id, answer ? `${answer.address} saw ${answer.source}` : `${outcome} ${errno}`);
    }
    await lab.clear({});
    built = await rebuilt(lab, files, { ...ASK, from: { node: 'n1', netns: null } });
  });
  afterAll(async () => {
    await lab.close();
  });

  test('has flows that arrive and flows that fail in several ways', () => {
    const ways = new Set([...first.values()].map((text) => text.replace(/^\S+ saw.*/, 'answered')));
    expect(ways.size).toBeGreaterThanOrEqual(4);
    expect(ways).toContain('answered');
  });

  test('is rebuilt whole, and reads back equal', async () => {
    expect(built.missing).toEqual([]);
    expect(await verifyReplay(lab, files, built.rebuild, [])).toEqual([]);
  });

  test('what the kernel holds otherwise is found', async () => {
    await lab.run([
      { namespace: 'n1', argv: ['ip', 'route', 'del', 'unreachable', '10.7.0.0/16'] },
      { namespace: 'n1', argv: ['sysctl', '-qw', 'net.ipv4.conf.eth0.rp_filter=0'] },
      { namespace: 'n1', argv: ['ip', 'link', 'set', 'dev', 'br0', 'mtu', '1300'] },
      { namespace: 'n1', argv: ['iptables-legacy', '-F', 'FORWARD'] },
      { namespace: 'n1', argv: ['nft', 'flush', 'chain', 'ip', 'services', 'web'] },
    ]);
    const found = await verifyReplay(lab, files, built.rebuild, []);
    expect(new Set(found.map(({ code }) => code))).toEqual(
      new Set(['route', 'sysctl', 'device-setting', 'iptables', 'nft']),
    );
    for (const { source, code } of found) {
      const file = files.get(source?.file ?? '');
      expect(file, `${code} has a source`).toBeDefined();
      expect(file?.split('\n').length).toBeGreaterThanOrEqual(source?.line ?? 0);
    }
    await lab.clear({});
    built = await rebuilt(lab, files, { ...ASK, from: { node: 'n1', netns: null } });
  });

  test.each(sent)('%s ends as it did', async (name, ask) => {
    const client = ask.from.netns === null ? 'n1' : 'n1.pod1';
    const [report] = await lab.send({
      flows: [labFlowOf(ask, client, name)],
      observe: CLIENT_ONLY,
    });
    if (!report) throw new Error('no report');
    const { answer, outcome, errno } = report.client;
    const now = answer ? `${answer.address} saw ${answer.source}` : `${outcome} ${errno}`;
    expect(now).toBe(first.get(name));
  });
});
