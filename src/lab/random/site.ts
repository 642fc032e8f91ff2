/**
 * The plan of a random network: who is there and with which addresses. Devices, routes and rules are
 * made from it; all of them draw from the same few addresses, so that rules and flows meet.
 */
export interface Site {
  readonly nodes: readonly SiteNode[];
  readonly pods: readonly SitePod[];
  /** Hosts on a segment that run no pods. */
  readonly hosts: readonly SiteHost[];
  readonly gateway: SiteGateway | null;
  readonly services: readonly SiteService[];
  readonly segments: readonly SiteSegment[];
  /** How pods of different nodes reach each other. */
  readonly overlay: Overlay;
  /** Everything has IPv6 beside IPv4. */
  readonly dual: boolean;
  /** Nodes have macvlans with a network of their own. */
  readonly macvlan: boolean;
  /** Each node has an address of its own that is the same on all, as node-local DNS has. */
  readonly nodeLocal: boolean;
}

export type Overlay = 'vxlan' | 'flannel-udp' | 'host-gw' | 'none';

export interface SiteSegment {
  readonly name: string;
  /** `192.168.7`: the first three octets of a /24. */
  readonly net: string;
  /** The fabric passes only frames whose source address is the sending port's. */
  readonly antiSpoof: boolean;
  readonly mtu: number | null;
}

export interface Nic {
  readonly device: string;
  readonly segment: string;
  readonly address: string;
  readonly mac: string;
}

export interface SiteNode {
  readonly name: string;
  /** From 1. */
  readonly index: number;
  readonly nics: readonly [Nic, ...Nic[]];
  /** `10.244.1`: the first three octets of its pods' /24. */
  readonly podNet: string;
}

export interface SitePod {
  readonly name: string;
  readonly node: string;
  readonly bridge: 'cni0' | 'docker0';
  readonly address: string;
  /** The end in the node. */
  readonly veth: string;
  readonly hairpin: boolean;
}

export interface SiteHost {
  readonly name: string;
  readonly nics: readonly [Nic, ...Nic[]];
}

/** The default router of the first segment, with a host behind it. */
export interface SiteGateway {
  readonly name: string;
  readonly nics: readonly [Nic, ...Nic[]];
  readonly far: { readonly name: string; readonly address: string };
  readonly masquerades: boolean;
  readonly knowsPods: boolean;
}

export interface SiteService {
  /** Letters for chain names: `WEB`. */
  readonly id: string;
  readonly clusterIp: string;
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  readonly targetPort: number;
  readonly endpoints: readonly SitePod[];
  readonly nodePort: number | null;
  readonly externalIp: string | null;
  readonly internalLocal: boolean;
  readonly externalLocal: boolean;
  readonly affinity: boolean;
}

/** All pods of the cluster. */
export const CLUSTER_NET = '10.244.0.0/16';
/** Ports of the listeners that every pod, node and host has. */
export const OPEN_PORTS = [8080, 53] as const;
/** Port of the listeners that are bound to an address or device. */
export const BOUND_PORT = 9090;
/** The nodes' device of that network. */
export const MACVLAN = 'mv0';
/** The address that every node has. */
export const NODE_LOCAL = '169.254.20.10';

/** A node's address in it. */
export function macvlanAddress({ index }: SiteNode): string {
  return `10.77.0.${10 + index}`;
}
