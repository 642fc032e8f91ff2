import type { LabNamespace, Listener, Topology } from '../../../src/lab/topology/topology.ts';

/**
 * Two nodes on one underlay, each with pods behind a bridge, joined by VXLAN as flannel does it:
 *
 *     p1 10.1.1.2 -- cni0 10.1.1.1 n1 192.168.7.1 -- u0 -- 192.168.7.2 n2 cni0 10.1.2.1 -- p2 10.1.2.2
 *                                                                               q2 10.1.2.3 too
 *
 * Everybody listens on port 8080.
 */
const NODES = [
  { node: 'n1', index: 1, pods: ['p1'] },
  { node: 'n2', index: 2, pods: ['p2', 'q2'] },
] as const;

export type Name = 'n1' | 'n2' | 'p1' | 'p2' | 'q2';

/** State of one namespace that a case adds to the site. */
export type Change = Partial<Omit<LabNamespace, 'name' | 'place'>>;

/** A Service address that only rules give a meaning. */
export const VIP = '10.96.0.1';

const LISTENERS: readonly Listener[] = [
  { protocol: 'tcp', port: 8080 },
  { protocol: 'udp', port: 8080 },
];

const mac = (index: number): string => `02:00:00:00:07:0${index}`;
const vtepMac = (index: number): string => `02:00:00:00:08:0${index}`;

export interface SiteOptions {
  /** Without: the nodes have no way to each other's pods. */
  readonly overlay?: 'vxlan' | 'none';
  /** The VXLAN network of n1; that of n2 is 1. */
  readonly vni?: number;
}

/** The site with changes, by namespace. Of the pods p2 stands, and those that have a change. */
export function site(
  changes: Readonly<Partial<Record<Name, Change>>> = {},
  options: SiteOptions = {},
): Topology {
  const stands = (pod: Name): boolean => pod === 'p2' || changes[pod] !== undefined;
  const nodes = NODES.map((node) => ({ ...node, pods: node.pods.filter(stands) }));
  const namespaces = nodes.flatMap(({ node, index, pods }) => [
    nodeNamespace(node, index, pods, options),
    ...pods.map((pod) => podNamespace(pod, node, index)),
  ]);
  return {
    namespaces: namespaces.map((namespace) => changed(namespace, changes[namespace.name as Name])),
    cables: nodes.flatMap(({ node, pods }) =>
      pods.map((pod) => ({
        ends: [
          { namespace: node, device: `v${pod}` },
          { namespace: pod, device: 'eth0' },
        ] as const,
      })),
    ),
    segments: [
      {
        name: 'u0',
        members: NODES.map(({ node, index }) => ({
          namespace: node,
          device: 'eth0',
          mac: mac(index),
        })),
      },
    ],
  };
}

function nodeNamespace(
  node: string,
  index: number,
  pods: readonly string[],
  { overlay = 'vxlan', vni = 1 }: SiteOptions,
): LabNamespace {
  const other = 3 - index;
  const id = index === 1 ? vni : 1;
  const vxlan = [
    `link add vx1 address ${vtepMac(index)} type vxlan id ${id} local 192.168.7.${index} dev eth0 dstport 8472 nolearning`,
    `addr add 10.1.${index}.0/32 dev vx1`,
    'link set vx1 up',
    `route add 10.1.${other}.0/24 via 10.1.${other}.0 dev vx1 onlink`,
    `neigh add 10.1.${other}.0 lladdr ${vtepMac(other)} dev vx1 nud permanent`,
  ];
  const hasVxlan = overlay === 'vxlan';
  return {
    name: node,
    place: { kind: 'node', node },
    ip: [
      `addr add 192.168.7.${index}/24 dev eth0`,
      'link set eth0 up',
      'route add default via 192.168.7.254',
      'link add cni0 type bridge',
      `addr add 10.1.${index}.1/24 dev cni0`,
      'link set cni0 up',
      ...(hasVxlan ? vxlan : []),
      ...pods.map((pod) => `link set v${pod} master cni0 up`),
    ],
    bridge: hasVxlan ? [`fdb add ${vtepMac(other)} dev vx1 dst 192.168.7.${other}`] : [],
    sysctls: { 'net.ipv4.ip_forward': '1' },
    listeners: LISTENERS,
  };
}

function podNamespace(pod: string, node: string, index: number): LabNamespace {
  return {
    name: pod,
    place: { kind: 'pod', node, netns: pod },
    ip: [
      `addr add 10.1.${index}.${pod === 'q2' ? 3 : 2}/24 dev eth0`,
      'link set eth0 up',
      `route add default via 10.1.${index}.1`,
    ],
    listeners: LISTENERS,
  };
}

function changed(namespace: LabNamespace, change: Change = {}): LabNamespace {
  return {
    ...namespace,
    ...change,
    ip: [...(namespace.ip ?? []), ...(change.ip ?? [])],
    bridge: [...(namespace.bridge ?? []), ...(change.bridge ?? [])],
    sysctls: { ...namespace.sysctls, ...change.sysctls },
    listeners: [...(namespace.listeners ?? []), ...(change.listeners ?? [])],
  };
}
