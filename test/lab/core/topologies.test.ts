import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Lab } from '../../../src/lab/lab.ts';
import { openLab } from '../../../src/lab/open-lab.ts';
import type { LabNamespace, Segment, Topology } from '../../../src/lab/topology/topology.ts';
import { labMissing } from '../../differential/paths/namespaces.ts';
import { CLIENT_ONLY, node, printed, sendOne, twoNodes } from './networks.ts';

const missing = labMissing(['ip', 'bridge', 'nft', 'ipset', 'iptables-nft-restore']);

const LISTENERS = [
  { protocol: 'tcp', port: 80 },
  { protocol: 'udp', port: 53 },
] as const;
const FORWARDING = { 'net.ipv4.ip_forward': '1' };

function pod(name: string, on: string, address: string, gateway: string): LabNamespace {
  return {
    name,
    place: { kind: 'pod', node: on, netns: name },
    ip: [`addr add ${address} dev eth0`, 'link set eth0 up', `route add default via ${gateway}`],
    listeners: LISTENERS,
  };
}

/** Pods p1 and p2 on nodes n1 and n2, which share a segment; the overlay is the nodes' own. */
function cluster(
  n1: Partial<LabNamespace>,
  n2: Partial<LabNamespace>,
  segment: Partial<Segment> = {},
): Topology {
  const bridge = (address: string): string[] => [
    'link add cni0 type bridge',
    `addr add ${address} dev cni0`,
    'link set veth1 master cni0 up',
    'link set cni0 up',
  ];
  const wire = (on: string, to: string): Topology['cables'][number] => ({
    ends: [
      { namespace: on, device: 'veth1' },
      { namespace: to, device: 'eth0' },
    ],
  });
  return {
    namespaces: [
      node('n1', '10.39.0.17/24', {
        ...n1,
        sysctls: { ...FORWARDING, ...n1.sysctls },
        ip: [...bridge('192.168.82.1/24'), ...(n1.ip ?? [])],
      }),
      node('n2', '10.39.0.18/24', {
        ...n2,
        sysctls: { ...FORWARDING, ...n2.sysctls },
        ip: [...bridge('192.168.67.1/24'), ...(n2.ip ?? [])],
      }),
      pod('p1', 'n1', '192.168.82.5/24', '192.168.82.1'),
      pod('p2', 'n2', '192.168.67.5/24', '192.168.67.1'),
    ],
    cables: [wire('n1', 'p1'), wire('n2', 'p2')],
    segments: [
      {
        name: 'u0',
        members: [
          { namespace: 'n1', device: 'eth0', mac: '02:00:00:00:00:17' },
          { namespace: 'n2', device: 'eth0', mac: '02:00:00:00:00:18' },
        ],
        ...segment,
      },
    ],
  };
}

const HOST_GW = [
  { ip: ['route add 192.168.67.0/24 via 10.39.0.18'] },
  { ip: ['route add 192.168.82.0/24 via 10.39.0.17'] },
] as const;

const vxlan = (own: string, other: string, peer: string): Partial<LabNamespace> => ({
  ip: [
    `link add flannel.1 address 02:01:00:00:00:${own} type vxlan id 1 local 10.39.0.${own} dev eth0 dstport 8472 nolearning`,
    'link set flannel.1 up',
    `route add 192.168.${peer}.0/24 via 192.168.${peer}.0 dev flannel.1 onlink`,
    `neigh add 192.168.${peer}.0 lladdr 02:01:00:00:00:${other} dev flannel.1 nud permanent`,
  ],
  bridge: [`fdb add 02:01:00:00:00:${other} dev flannel.1 dst 10.39.0.${other} self permanent`],
});

const LEASES = [
  { subnet: '192.168.82.0/24', node: 'n1' },
  { subnet: '192.168.67.0/24', node: '10.39.0.18' },
];
const relay = (own: string, subnet: string): Partial<LabNamespace> => ({
  tunnels: [
    {
      device: 'flannel0',
      mtu: 1472,
      address: `192.168.${subnet}.0/16`,
      local: `10.39.0.${own}`,
      port: 8285,
      leases: LEASES,
    },
  ],
});

const tcp = { from: 'p1', protocol: 'tcp', to: '192.168.67.5', port: 80 } as const;

describe.skipIf(missing !== null)(`a topology (${missing ?? 'as root'})`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await openLab();
  });
  afterEach(() => lab.clear({}));
  afterAll(() => lab?.close());

  it.each<[what: string, topology: Topology]>([
    ['routes between nodes', cluster(...HOST_GW)],
    ['a VXLAN', cluster(vxlan('17', '18', '67'), vxlan('18', '17', '82'))],
    ['TUN relays', cluster(relay('17', '82'), relay('18', '67'))],
  ])('carries pods of two nodes over %s', async (_what, topology) => {
    expect(await lab.build(topology)).toEqual({ failed: [] });
    for (const more of [{}, { payload: 50_000 }, { protocol: 'udp', port: 53 }] as const) {
      const { client } = await sendOne(lab, { ...tcp, ...more });
      expect(client.answer).toMatchObject({ namespace: 'p2', source: '192.168.82.5' });
    }
    const strange = await sendOne(lab, { ...tcp, to: '192.168.67.9' });
    expect(strange.client).toMatchObject({ outcome: 'unreachable', errno: 'EHOSTUNREACH' });
  });

  it('carries nothing over TUN relays whose socket is blocked', async () => {
    const blocked = { ...relay('18', '67'), nft: blockUdp(8285) };
    await lab.build(cluster(relay('17', '82'), blocked));
    expect((await sendOne(lab, tcp)).client.outcome).toBe('timeout');
  });

  it('takes the TTL down twice more in TUN relays, and says nothing where it ends', async () => {
    await lab.build(cluster(relay('17', '82'), relay('18', '67')));
    const echo = { from: 'p1', protocol: 'icmp', to: '192.168.67.5' } as const;
    const outcome = async (ttl: number) => (await sendOne(lab, { ...echo, ttl })).client.outcome;
    expect(await outcome(5)).toBe('connected');
    // The second node's own answer: its forwarding finds a TTL of 1.
    expect(await outcome(4)).toBe('unreachable');
    expect(await outcome(3)).toBe('timeout');
    expect(await outcome(2)).toBe('timeout');
  });

  it('answers an unknown subnet from the TUN device, whose address the node itself has', async () => {
    await lab.build(cluster(relay('17', '82'), relay('18', '67')));
    const lost = { ...tcp, to: '192.168.99.5' };
    expect((await sendOne(lab, lost)).client.outcome).toBe('timeout');
    await lab.change({ name: 'n1', sysctls: { 'net.ipv4.conf.flannel0.accept_local': '1' } });
    expect((await sendOne(lab, lost)).client.errno).toBe('ENETUNREACH');
  });

  it('may filter on a segment', async () => {
    const filter = `table bridge spoof { chain f { type filter hook forward priority 0;
      iifname port0 ip saddr != 10.39.0.17 drop
      }; }`;
    await lab.build(cluster(...HOST_GW, { filter }));
    expect((await sendOne(lab, tcp)).client.outcome).toBe('timeout');
    const allowed = await sendOne(lab, { ...tcp, from: 'n1' });
    expect(allowed.client.answer).toMatchObject({ source: '10.39.0.17' });
    const fabric = await printed(lab, 'segment-u0', 'bridge', 'link');
    expect(fabric).toMatch(/port0.*state forwarding[\s\S]*port1.*state forwarding/);
  });

  it.each([
    ['connected', ''],
    ['timeout', '-A INPUT -p icmp --icmp-type echo-request -j DROP\n'],
  ])('redirects an echo, which is no result of it: %s', async (outcome, rule) => {
    const names = ['n1', 'n2', 'n3'];
    const route = ['route add 10.9.0.0/16 via 10.0.0.2'];
    await lab.build({
      namespaces: [
        node('n1', '10.0.0.1/24', { ip: route }),
        node('n2', '10.0.0.2/24', {
          sysctls: FORWARDING,
          ip: ['route add 10.9.0.0/16 via 10.0.0.3'],
        }),
        node('n3', '10.0.0.3/24', {
          ip: ['addr add 10.9.0.1/32 dev lo'],
          iptablesLegacy: `*filter\n${rule}COMMIT\n`,
        }),
      ],
      cables: [],
      segments: [
        { name: 'u0', members: names.map((namespace) => ({ namespace, device: 'eth0' })) },
      ],
    });
    const [report] = await lab.send({
      flows: [{ id: 'x', from: 'n1', protocol: 'icmp', to: '10.9.0.1', port: 0 }],
      // Comes to rest by itself, or the test ends without it.
      observe: { ...CLIENT_ONLY, patience: 1e9 },
    });
    expect(report?.client).toMatchObject({ outcome, errno: null });
    const counted = await printed(lab, 'n1', 'nstat', '-asz', 'IcmpInRedirects');
    expect(counted).toMatch(/IcmpInRedirects +1 /);
  });

  it('may have a smaller MTU on a segment', async () => {
    await lab.build(cluster(...HOST_GW, { mtu: 1400 }));
    const [link] = JSON.parse(await printed(lab, 'n1', 'ip', '-j', 'link', 'show', 'eth0'));
    expect(link).toMatchObject({ mtu: 1400, address: '02:00:00:00:00:17' });
  });

  it('gives cables their addresses, sizes and indices', async () => {
    const { namespaces } = twoNodes();
    await lab.build({
      namespaces,
      segments: [],
      cables: [
        {
          ends: [
            { namespace: 'n1', device: 'eth0', mac: '02:00:00:00:00:01', mtu: 1300, index: 77 },
            { namespace: 'n2', device: 'eth0', mac: '02:00:00:00:00:02', mtu: 1400, index: 78 },
          ],
        },
      ],
    });
    const link = async (name: string) =>
      JSON.parse(await printed(lab, name, 'ip', '-j', 'link', 'show', 'eth0'))[0];
    const [one, two] = [await link('n1'), await link('n2')];
    expect(one).toMatchObject({ ifindex: 77, mtu: 1300, address: '02:00:00:00:00:01' });
    expect(two).toMatchObject({ ifindex: 78, mtu: 1400, address: '02:00:00:00:00:02' });
    expect([one.link_index, two.link_index]).toEqual([78, 77]);
  });

  it('sends nothing of its own accord', async () => {
    await lab.build(cluster(vxlan('17', '18', '67'), vxlan('18', '17', '82')));
    const sent = async () =>
      JSON.parse(await printed(lab, 'n1', 'ip', '-j', '-s', 'link'))
        .filter(({ ifname }: { ifname: string }) => ifname !== 'lo')
        .map(({ stats64 }: { stats64: { tx: { packets: number } } }) => stats64.tx.packets);
    expect(new Set(await sent())).toEqual(new Set([0]));
    await sendOne(lab, tcp);
    expect(Math.max(...(await sent()))).toBeGreaterThan(0);
  });

  it('sets names with dots, sets, rules of all kinds, and runs commands last', async () => {
    await lab.build(
      twoNodes({
        ip: ['link add eth0.5 type veth peer name other'],
        sysctls: {
          'net.ipv4.conf.eth0/5.rp_filter': '2',
          'net/ipv4/conf/eth0.5/log_martians': '1',
        },
        ipsets: 'create s hash:ip\nadd s 10.9.9.9\n',
        iptablesLegacy: '*filter\n-A INPUT -m set --match-set s src -j DROP\nCOMMIT\n',
        iptablesNft: '*filter\n-A OUTPUT -p tcp --dport 6 -j DROP\nCOMMIT',
        ip6tablesLegacy: '*filter\n-A INPUT -p tcp --dport 7 -j DROP\nCOMMIT\n',
        ip6tablesNft: '*filter\n-A INPUT -p tcp --dport 8 -j DROP\nCOMMIT\n',
        nft: 'table inet t { chain c { tcp dport 9 drop; }; }',
        commands: [['ip', 'route', 'add', '10.3.0.0/16', 'via', '10.0.0.2']],
      }),
    );
    const shown = await Promise.all(
      [
        ['sysctl', 'net.ipv4.conf.eth0/5.rp_filter', 'net.ipv4.conf.eth0/5.log_martians'],
        ['iptables-legacy-save'],
        ['iptables-nft-save'],
        ['ip6tables-legacy-save'],
        ['ip6tables-nft-save'],
        ['nft', 'list', 'table', 'inet', 't'],
        ['ip', 'route'],
      ].map((argv) => printed(lab, 'n1', ...argv)),
    );
    const wanted = [
      'net.ipv4.conf.eth0/5.rp_filter = 2\nnet.ipv4.conf.eth0/5.log_martians = 1',
      '--match-set s src -j DROP',
      '--dport 6 -j DROP',
      '--dport 7 -j DROP',
      '--dport 8 -j DROP',
      'tcp dport 9 drop',
      '10.3.0.0/16 via 10.0.0.2',
    ];
    for (const [i, text] of wanted.entries()) expect(shown[i]).toContain(text);
  });

  it.each<[what: string, state: Partial<LabNamespace>, words: readonly string[]]>([
    ['an ip line', { ip: ['link set ethX up'] }, ['ip link set ethX up', 'Cannot find device']],
    ['a word that ip does not know', { ip: ['nonsense'] }, ['ip nonsense', 'is unknown']],
    ['an address', { ip: ['addr add 10.0.0.256/24 dev eth0'] }, ['10.0.0.256/24', 'prefix']],
    ['a bridge line', { bridge: ['fdb add x dev eth0'] }, ['bridge fdb add x dev eth0', 'mac']],
    ['a sysctl', { sysctls: { 'net.nothing': '1' } }, ['net.nothing=1', 'ENOENT']],
    ['a value', { sysctls: { 'net.ipv4.ip_forward': 'x' } }, ['ip_forward=x', 'EINVAL']],
    ['a set', { ipsets: 'create a hash:ip\nadd b 1.1.1.1' }, ['ipset restore', 'add b 1.1.1.1']],
    ['a legacy rule', { iptablesLegacy: '*filter\n-A X -j Y\nCOMMIT' }, ['restore', '-A X -j Y']],
    ['an nft rule', { nft: 'table ip t {\n chain c { foo }\n}' }, ['nft -f', 'chain c { foo }']],
    ['a command', { commands: [['false']] }, ['false', 'status 1']],
    ['no command', { commands: [['no-such-program']] }, ['no-such-program', 'ENOENT']],
    [
      'a listener',
      { listeners: [{ protocol: 'tcp', port: 1, address: '1.1.1.1' }] },
      ['listen tcp 1.1.1.1:1', 'EADDRNOTAVAIL'],
    ],
    ['a relay', { ...relay('99', '82') }, ['relay flannel0 10.39.0.99:8285', 'EADDRNOTAVAIL']],
  ])('that fails names the namespace and %s', async (_what, state, words) => {
    await expect(lab.build(twoNodes(state))).rejects.toThrow('n1: ');
    await lab.clear({});
    const { failed } = await lab.build({ ...twoNodes(state), tolerant: true });
    const text = failed.map(({ argv, stderr }) => `${argv.join(' ')}: ${stderr}`).join('\n');
    await lab.clear({});
    const said = await lab.build(twoNodes(state)).then(String, String);
    for (const word of words) expect(said).toContain(word);
    expect(failed).toHaveLength(1);
    expect(text).toContain(words[0]?.split(' ')[0]);
  });

  it('that tolerates failures makes all the rest of it', async () => {
    const ip = [
      'bad',
      'addr add 10.0.0.300/8 dev eth0',
      'addr add 10.0.0.9/24 dev eth0',
      'route add x',
    ];
    const { failed } = await lab.build({
      ...twoNodes({ ip, sysctls: { 'net.x': '1', 'net.ipv4.ip_forward': '1' } }),
      tolerant: true,
    });
    expect(failed.map(({ namespace, argv }) => `${namespace}: ${argv.join(' ')}`)).toEqual([
      'n1: ip bad',
      'n1: ip addr add 10.0.0.300/8 dev eth0',
      'n1: ip route add x',
      'n1: sysctl -w net.x=1',
    ]);
    expect(await printed(lab, 'n1', 'ip', 'addr')).toContain('10.0.0.9/24');
    expect(await printed(lab, 'n1', 'sysctl', '-n', 'net.ipv4.ip_forward')).toBe('1\n');
  });

  it('is built and removed again and again, and leaves nothing', async () => {
    const topology = cluster(relay('17', '82'), relay('18', '67'));
    const left = async () => ({
      files: (await printed(lab, null, 'ls', '/proc/1/fd')).split('\n').length,
      processes: (await printed(lab, null, 'ls', '/proc')).match(/^\d+$/gm)?.length,
      namespaces: await printed(lab, null, 'ls', '/run/netns'),
    });
    const round = async () => {
      await lab.build(topology);
      await sendOne(lab, tcp);
      await lab.clear({});
    };
    await round();
    const before = await left();
    const ROUNDS = 20;
    for (let i = 0; i < ROUNDS; i++) await round();
    const after = await left();
    // Pipes of processes that ended a moment ago come and go; a leak is one in each round at least.
    expect(after.files - before.files).toBeLessThan(ROUNDS);
    expect(after).toEqual({ ...before, files: after.files });
    expect(before.namespaces).toBe('');
  });

  it('is collected with its wires', async () => {
    await lab.build(cluster(relay('17', '82'), relay('18', '67')));
    const files = await lab.collect({});
    expect(files['nodes/n1/netns/p1/ip-addr.json']).toContain('192.168.82.5');
    expect(files['nodes/n2/flannel-subnet.env']).toContain('FLANNEL_SUBNET=192.168.67.1/24');
    expect(JSON.parse(files['snapshot.json'] ?? '').underlay).toEqual({
      segments: [
        {
          name: 'u0',
          members: [
            { node: 'n1', device: 'eth0' },
            { node: 'n2', device: 'eth0' },
          ],
        },
      ],
      complete: true,
      filters: [],
    });
  });
});

function blockUdp(port: number): string {
  return `table ip block { chain in { type filter hook input priority 0; udp dport ${port} drop; }; }`;
}
