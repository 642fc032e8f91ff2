import type { LabNamespace, Topology } from '../../../src/lab/topology/topology.ts';

/**
 * Two nodes with a pod each, a VXLAN between them, a client outside; a Service and a NodePort that
 * are translated, masquerading with random ports, and LOG at every hook of both nodes: n1 by
 * iptables-legacy, n2 by nft. Rules drop some packets at random places of the way.
 */
export function journeysNetwork(mark: string): Topology {
  return {
    namespaces: [node(1, mark), node(2, mark), pod(1), pod(2), OUTSIDE],
    cables: [1, 2].map((i) => ({
      ends: [
        { namespace: `p${i}`, device: 'eth0', mac: `02:00:00:00:0${i}:02` },
        { namespace: `n${i}`, device: 'veth1', mac: `02:00:00:00:0${i}:01` },
      ],
    })),
    segments: [
      {
        name: 'u',
        members: ['n1', 'n2', 'o1'].map((namespace) => ({ namespace, device: 'eth0' })),
      },
    ],
  };
}

/** The points of capture: namespace and device. */
export const POINTS: readonly (readonly [namespace: string, device: string])[] = [
  ['p1', 'eth0'],
  ['n1', 'veth1'],
  ['n1', 'vx0'],
  ['n1', 'eth0'],
  ['n2', 'eth0'],
  ['n2', 'vx0'],
  ['n2', 'veth1'],
  ['p2', 'eth0'],
  ['o1', 'eth0'],
];

const OUTSIDE: LabNamespace = {
  name: 'o1',
  place: { kind: 'outside' },
  ip: ['addr add 10.0.0.9/24 dev eth0', 'link set eth0 up'],
};

function pod(i: number): LabNamespace {
  return {
    name: `p${i}`,
    place: { kind: 'pod', node: `n${i}`, netns: `p${i}` },
    ip: [
      `addr add 10.244.${i}.2/24 dev eth0`,
      `addr add fd00:${i}::2/64 dev eth0 nodad`,
      'link set eth0 up',
      `neigh add fd00:${i}::1 lladdr 02:00:00:00:0${i}:01 dev eth0`,
      `route add default via 10.244.${i}.1`,
      `route add default via fd00:${i}::1`,
    ],
  };
}

function node(i: number, mark: string): LabNamespace {
  const peer = 3 - i;
  return {
    name: `n${i}`,
    place: { kind: 'node', node: `n${i}` },
    ip: [
      `addr add 10.0.0.${i}/24 dev eth0`,
      'link set eth0 up',
      `addr add 10.244.${i}.1/24 dev veth1`,
      `addr add fd00:${i}::1/64 dev veth1 nodad`,
      'link set veth1 up',
      `neigh add fd00:${i}::2 lladdr 02:00:00:00:0${i}:02 dev veth1`,
      `link add vx0 address 02:00:00:00:55:0${i} type vxlan id 7 local 10.0.0.${i} dstport 4789 nolearning dev eth0`,
      'link set vx0 up',
      `addr add 10.244.${i}.0/32 dev vx0`,
      `neigh add 10.244.${peer}.0 lladdr 02:00:00:00:55:0${peer} dev vx0`,
      `route add 10.244.${peer}.0/24 via 10.244.${peer}.0 dev vx0 onlink`,
      `addr add fd00:55::${i}/64 dev vx0 nodad`,
      `neigh add fd00:55::${peer} lladdr 02:00:00:00:55:0${peer} dev vx0`,
      `route add fd00:${peer}::/64 via fd00:55::${peer} dev vx0`,
    ],
    bridge: [`fdb append 02:00:00:00:55:0${peer} dev vx0 dst 10.0.0.${peer}`],
    sysctls: {
      'net.ipv4.ip_forward': '1',
      'net.ipv6.conf.all.forwarding': '1',
      'net.ipv4.conf.all.rp_filter': '0',
    },
    ...(i === 1 ? FIRST_RULES(mark) : SECOND_RULES(mark)),
  };
}

/**
 * The truth beside what is read: the mark of each packet is its payload's tag or, without a
 * payload, its TCP timestamp; LOG prints it, and the test takes it out before anything is read.
 */
const TRUTH = `
table inet truth {
  chain set_mark {
    udp dport 4789 jump carried
    udp dport != 4789 meta mark set @th,64,32
    ip protocol icmp meta mark set @th,288,32
    tcp flags & syn == syn meta mark set @th,224,32
    meta l4proto tcp tcp flags & syn != syn meta mark set @th,192,32
    meta nfproto ipv4 meta l4proto tcp tcp flags & syn != syn ip length > 52 meta mark set @th,256,32
    meta nfproto ipv6 meta l4proto tcp tcp flags & syn != syn ip6 length > 32 meta mark set @th,256,32
  }
  chain carried {
    @th,224,16 0x0800 @th,312,8 17 meta mark set @th,464,32
    @th,224,16 0x0800 @th,312,8 1 meta mark set @th,688,32
    @th,224,16 0x0800 @th,312,8 6 meta mark set @th,592,32
    @th,224,16 0x0800 @th,312,8 6 ip length > 102 meta mark set @th,656,32
    @th,224,16 0x0800 @th,312,8 6 @th,504,8 & 2 == 2 meta mark set @th,624,32
    @th,224,16 0x86dd @th,288,8 17 meta mark set @th,624,32
    @th,224,16 0x86dd @th,288,8 6 meta mark set @th,752,32
    @th,224,16 0x86dd @th,288,8 6 ip length > 122 meta mark set @th,816,32
    @th,224,16 0x86dd @th,288,8 6 @th,664,8 & 2 == 2 meta mark set @th,784,32
  }
  chain pre { type filter hook prerouting priority -350; jump set_mark; }
  chain out { type filter hook output priority -350; meta mark 0 jump set_mark; }
}
`;

const HOOKS = {
  raw: ['PREROUTING', 'OUTPUT'],
  mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
  filter: ['INPUT', 'FORWARD', 'OUTPUT'],
} as const;

/** iptables-legacy with all that LOG can print. */
function FIRST_RULES(mark: string): Partial<LabNamespace> {
  const log = (table: string, chain: string): string =>
    `-A ${chain} -j LOG --log-prefix "${mark} n1 ${table} ${chain.toLowerCase()}: " --log-tcp-sequence --log-tcp-options`;
  const tables = Object.entries(HOOKS).map(([table, chains]) => {
    const rules = chains.flatMap((chain) => log(table, chain));
    return { table, rules };
  });
  const drop = [
    '-A FORWARD -o vx0 -p tcp -m statistic --mode random --probability 0.04 -j DROP',
    '-A FORWARD -o veth1 -p tcp -m statistic --mode random --probability 0.04 -j DROP',
  ];
  const mss = '-A FORWARD -o vx0 -p tcp --tcp-flags SYN,RST SYN -j TCPMSS --set-mss 1300';
  const text = (extra: Readonly<Record<string, readonly string[]>>): string =>
    tables
      .map(({ table, rules }) =>
        [`*${table}`, ...rules, ...(extra[table] ?? []), 'COMMIT'].join('\n'),
      )
      .join('\n');
  const nat = [
    '*nat',
    '-A PREROUTING -d 10.96.0.10/32 -p tcp --dport 80 -j DNAT --to-destination 10.244.2.2:8080',
    '-A PREROUTING -d 10.96.0.10/32 -p udp --dport 53 -j DNAT --to-destination 10.244.2.2:5353',
    '-A PREROUTING -d 10.0.0.1/32 -p tcp --dport 30080 -j DNAT --to-destination 10.244.2.2:8080',
    '-A POSTROUTING -s 10.244.1.0/24 ! -d 10.244.0.0/16 -j MASQUERADE --random-fully',
    '-A POSTROUTING -s 10.0.0.9/32 -o vx0 -j MASQUERADE --random-fully',
    'COMMIT',
  ].join('\n');
  return {
    iptablesLegacy: `${text({ mangle: [mss], filter: drop })}\n${nat}\n`,
    ip6tablesLegacy: `${text({ filter: drop })}\n`,
    nft: TRUTH,
  };
}

/** nft, with chains at the priorities of iptables' tables. */
function SECOND_RULES(mark: string): Partial<LabNamespace> {
  const priorities = { raw: -300, mangle: -150, filter: 0 } as const;
  const chains = Object.entries(HOOKS).flatMap(([table, names]) =>
    names.map((chain) => {
      const hook = chain.toLowerCase();
      const priority = priorities[table as keyof typeof priorities];
      const drop =
        table === 'filter' && chain === 'FORWARD'
          ? 'oifname "veth1" meta l4proto tcp numgen random mod 100 < 4 drop; oifname "vx0" meta l4proto tcp numgen random mod 100 < 4 drop;'
          : '';
      return `chain ${table}_${hook} { type filter hook ${hook} priority ${priority}; log prefix "${mark} n2 ${table} ${hook}: " flags tcp sequence,options; ${drop} }`;
    }),
  );
  return { nft: `${TRUTH}\ntable inet logs {\n${chains.join('\n')}\n}\n` };
}
