import type { LabFlow } from '../../../src/lab/flow.ts';
import type { LabNamespace, Listener, Topology } from '../../../src/lab/topology/topology.ts';
import type { SceneFlow } from './scene.ts';

const LISTENERS: readonly Listener[] = [
  { protocol: 'tcp', port: 8080 },
  { protocol: 'udp', port: 8080 },
];

export const FORWARDING = { 'net.ipv6.conf.all.forwarding': '1', 'net.ipv4.ip_forward': '1' };

export type State = Partial<Omit<LabNamespace, 'name' | 'place'>>;

/** An `ip` line for an address that is in use at once. */
export function held(address: string, device: string, more = ''): string {
  return `addr add ${address} dev ${device} nodad${more}`;
}

/** A TCP connection to port 8080, or what `more` says. */
export function flow(from: string, to: string, more: Partial<LabFlow> = {}): SceneFlow['flow'] {
  return { from, to, protocol: 'tcp', port: more.protocol === 'icmp' ? 0 : 8080, ...more };
}

/** `ip -6 rule add`, which a batch cannot say. */
export function rule6(words: string): readonly string[] {
  return ['ip', '-6', 'rule', 'add', ...words.split(' ')];
}

function namespace(name: string, place: LabNamespace['place'], state: State): LabNamespace {
  return { name, place, listeners: LISTENERS, ...state };
}

/**
 * n1 and n2 with two cables, eth0 and eth1. Link-local addresses: n1 fe80::1 and fe80::2, n2 fe80::a
 * and fe80::b.
 */
export function twoLinks(
  n1: readonly string[],
  n2: readonly string[],
  more: { readonly n1?: State; readonly n2?: State } = {},
): Topology {
  const lines = (first: string, second: string, own: readonly string[]): readonly string[] => [
    held(`${first}/64`, 'eth0'),
    held(`${second}/64`, 'eth1'),
    'link set eth0 up',
    'link set eth1 up',
    ...own,
  ];
  const node = (name: 'n1' | 'n2', ip: readonly string[]): LabNamespace =>
    namespace(name, { kind: 'node', node: name }, { ip, ...more[name] });
  return {
    namespaces: [
      node('n1', lines('fe80::1', 'fe80::2', n1)),
      node('n2', lines('fe80::a', 'fe80::b', n2)),
    ],
    cables: ['eth0', 'eth1'].map((device) => ({
      ends: [
        { namespace: 'n1', device },
        { namespace: 'n2', device },
      ] as const,
    })),
    segments: [],
  };
}

/**
 * A pod on each of two nodes, routed: p1 fd00:1::2 - fd00:1::1 n1 fd00:7::1 - fd00:7::2 n2 fd00:2::1 - fd00:2::2 p2.
 */
export function routed(
  more: Readonly<Partial<Record<'n1' | 'n2' | 'p1' | 'p2', State>>> = {},
): Topology {
  const node = (n: number): LabNamespace => {
    const name = `n${n}` as 'n1' | 'n2';
    const ip = [
      held(`fd00:7::${n}/64`, 'eth0'),
      held(`fe80::${n}/64`, 'eth0'),
      'link set eth0 up',
      held(`fd00:${n}::1/64`, `vp${n}`),
      held(`fe80::1${n}/64`, `vp${n}`),
      `link set vp${n} up`,
      `route add fd00:${3 - n}::/64 via fd00:7::${3 - n}`,
      ...(more[name]?.ip ?? []),
    ];
    return namespace(
      name,
      { kind: 'node', node: name },
      { sysctls: FORWARDING, ...more[name], ip },
    );
  };
  const pod = (n: number): LabNamespace => {
    const name = `p${n}` as 'p1' | 'p2';
    const ip = [
      held(`fd00:${n}::2/64`, 'eth0'),
      held(`fe80::a${n}/64`, 'eth0'),
      'link set eth0 up',
      `route add default via fd00:${n}::1`,
      ...(more[name]?.ip ?? []),
    ];
    return namespace(name, { kind: 'pod', node: `n${n}`, netns: name }, { ...more[name], ip });
  };
  return {
    namespaces: [node(1), node(2), pod(1), pod(2)],
    cables: [1, 2].map((n) => ({
      ends: [
        { namespace: `n${n}`, device: `vp${n}` },
        { namespace: `p${n}`, device: 'eth0' },
      ] as const,
    })),
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
}

/**
 * Two nodes with two pods each behind a bridge, joined by VXLAN over the given family: pa1 fd00:1::a and pb1
 * fd00:1::b on n1, pa2 and pb2 on n2. `fd00:96::/64` is routed to the bridge.
 */
export function bridged(
  underlay: 4 | 6,
  more: Readonly<Partial<Record<'n1' | 'n2', State>>> = {},
): Topology {
  const under = (n: number): string => (underlay === 4 ? `192.168.7.${n}` : `fd00:7::${n}`);
  const mac = (n: number): string => `02:00:00:00:ff:0${n}`;
  const checksums = underlay === 6 ? ' udp6zerocsumrx udp6zerocsumtx' : '';
  const node = (n: number): LabNamespace => {
    const name = `n${n}` as 'n1' | 'n2';
    const m = 3 - n;
    const ip = [
      `addr add 192.168.7.${n}/24 dev eth0`,
      held(`fd00:7::${n}/64`, 'eth0'),
      held(`fe80::${n}/64`, 'eth0'),
      'link set eth0 up',
      'link add cni0 type bridge',
      held(`fd00:${n}::1/64`, 'cni0'),
      held(`fe80::c${n}/64`, 'cni0'),
      'link set cni0 up',
      `link set va${n} master cni0 up`,
      `link set vb${n} master cni0 up`,
      `link add vx1 address ${mac(n)} type vxlan id 1 local ${under(n)} dev eth0 dstport 8472 nolearning${checksums}`,
      held(`fd00:${n}::/128`, 'vx1'),
      held(`fe80::f${n}/64`, 'vx1'),
      'link set vx1 up',
      'route add fd00:96::/64 dev cni0',
      `route add fd00:${m}::/64 via fd00:${m}:: dev vx1 onlink`,
      `neigh add fd00:${m}:: dev vx1 lladdr ${mac(m)} nud permanent`,
      ...(more[name]?.ip ?? []),
    ];
    const bridge = [
      `fdb add ${mac(m)} dev vx1 dst ${under(m)} self permanent`,
      ...(more[name]?.bridge ?? []),
    ];
    const sysctls = { ...FORWARDING, ...more[name]?.sysctls };
    return namespace(name, { kind: 'node', node: name }, { ...more[name], ip, bridge, sysctls });
  };
  const pod = (x: string, n: number): LabNamespace => {
    const ip = [
      held(`fd00:${n}::${x}/64`, 'eth0'),
      held(`fe80::${x}${n}/64`, 'eth0'),
      'link set eth0 up',
      `route add default via fd00:${n}::1`,
    ];
    return namespace(`p${x}${n}`, { kind: 'pod', node: `n${n}`, netns: `p${x}${n}` }, { ip });
  };
  return {
    namespaces: [node(1), node(2), pod('a', 1), pod('b', 1), pod('a', 2), pod('b', 2)],
    cables: [1, 2].flatMap((n) =>
      ['a', 'b'].map((x) => ({
        ends: [
          { namespace: `n${n}`, device: `v${x}${n}` },
          { namespace: `p${x}${n}`, device: 'eth0' },
        ] as const,
      })),
    ),
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
}
