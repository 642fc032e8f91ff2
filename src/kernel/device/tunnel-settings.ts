import type { Address } from '../../packet/address.ts';
import type { Prefix } from '../../packet/prefix.ts';

/** Kinds of devices that put IP packets into IP packets. */
export const IP_TUNNEL_TYPES = ['ipip', 'sit', 'gre', 'ip6tnl', 'ip6gre'] as const;

export type IpTunnelType = (typeof IP_TUNNEL_TYPES)[number];

/** Linux: struct ip_tunnel_parm, struct __ip6_tnl_parm. */
export interface IpTunnelSettings {
  readonly type: IpTunnelType;
  readonly local: Address | null;
  /** Null: the packet's next hop is the other end. */
  readonly remote: Address | null;
  /** The device that the outer packet is bound to, by name. */
  readonly link: string | null;
  /** 0: that of the packet inside. */
  readonly ttl: number;
  /** 1: that of the packet inside. */
  readonly tos: number;
  /** The outer packet is never fragmented; else only where that inside must not be. */
  readonly pmtuDiscovery: boolean;
  /** `ignore-df`: the packet inside decides nothing. */
  readonly ignoreDf: boolean;
  /** What is carried: 4, 41, or null for both. */
  readonly carries: 4 | 6 | null;
  readonly mark: number;
  /** The GRE header of what is sent, and what it has to be of what is received. */
  readonly sends: GreFields;
  readonly takes: GreFields;
  /** Of IPv6: a header of 8 bytes says how often a packet may be encapsulated again. */
  readonly encapsulationLimit: number | null;
  /** `external`: the other end is named by a route or a program; it takes what no other tunnel takes. */
  readonly external: boolean;
  /** A setting by which it sends otherwise than is modelled, in its own word; null: there is none. */
  readonly unmodelled: string | null;
}

/** Optional fields of a GRE header. RFC 2890. */
export interface GreFields {
  readonly key: number | null;
  readonly sequence: boolean;
  readonly checksum: boolean;
}

/** Linux: struct geneve_config. */
export interface GeneveSettings {
  readonly vni: number;
  readonly remote: Address | null;
  readonly port: number;
  /** 0: the default of the route. */
  readonly ttl: number;
  /** Whether the outer packet must not be fragmented. */
  readonly df: 'unset' | 'set' | 'inherit';
  readonly external: boolean;
}

/** What `wg show` says of a device. Public keys are names; no secret is kept. */
export interface WireguardSettings {
  readonly publicKey: string;
  readonly listenPort: number;
  readonly mark: number;
  readonly peers: readonly WireguardPeer[];
}

export interface WireguardPeer {
  readonly publicKey: string;
  /** Null where it has not been told and no packet of it has come. */
  readonly endpoint: WireguardEndpoint | null;
  readonly allowed: readonly Prefix[];
}

export interface WireguardEndpoint {
  readonly address: Address;
  readonly port: number;
}
