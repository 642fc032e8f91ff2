import type { Address } from '../../packet/address.ts';
import type { Prefix } from '../../packet/prefix.ts';
import type { SourceRef } from '../../packet/source-ref.ts';

/** What a route does with a packet. Linux: include/uapi/linux/rtnetlink.h (RTN_*). */
export type RouteType =
  | 'unicast'
  | 'local'
  | 'broadcast'
  | 'anycast'
  | 'multicast'
  | 'blackhole'
  | 'unreachable'
  | 'prohibit'
  | 'throw';

export type RouteScope = 'global' | 'site' | 'link' | 'host' | 'nowhere' | number;

export interface Route {
  readonly type: RouteType;
  readonly destination: Prefix;
  /** `main`, `local`, `default` or a number as text. */
  readonly table: string;
  readonly scope: RouteScope;
  readonly protocol: string;
  readonly prefsrc: Address | null;
  /** IPv6: only for packets from here (`ip -6 route add ... from PREFIX`); absent: from anywhere. */
  readonly from?: Prefix;
  /** IPv6: how a router advertised itself (RFC 4191); absent is `medium`. */
  readonly preference?: 'low' | 'medium' | 'high';
  readonly metric: number;
  readonly tos: number;
  readonly nexthops: readonly Nexthop[];
  /** They are those of an object of `ip nexthop`, which is looked up in its own way. */
  readonly byObject?: true;
  readonly mtu: number | null;
  readonly advmss: number | null;
  /** Present when the route does what is not modelled (`encap ip`), by name. */
  readonly unsupported?: readonly string[];
  readonly source: SourceRef | null;
}

export interface Nexthop {
  readonly gateway: Address | null;
  readonly device: string;
  readonly weight: number;
  readonly onlink: boolean;
  readonly dead: boolean;
  readonly linkDown: boolean;
}

/** One `ip rule`. Linux: net/core/fib_rules.c. */
export interface RoutingRule {
  readonly priority: number;
  /** Inverts the whole conjunction of selectors. */
  readonly not: boolean;
  readonly source: Prefix | null;
  readonly destination: Prefix | null;
  readonly fwmark: { readonly value: number; readonly mask: number } | null;
  readonly iif: string | null;
  readonly oif: string | null;
  readonly tos: number | null;
  /** All six bits, unlike `tos`. */
  readonly dscp?: number;
  /** Of a packet that came out of a tunnel without settings of its own (`external`). */
  readonly tunnelId?: number;
  readonly protocol: number | null;
  readonly sport: PortRange | null;
  readonly dport: PortRange | null;
  readonly uidRange: { readonly first: number; readonly last: number } | null;
  readonly action: RoutingRuleAction;
  /** Selectors that are present but not modelled, by name; such a rule's answer is unknown. */
  readonly unsupported: readonly string[];
  readonly line: SourceRef | null;
}

export interface PortRange {
  readonly first: number;
  readonly last: number;
}

export type RoutingRuleAction =
  | {
      readonly kind: 'table';
      readonly table: string;
      readonly suppressPrefixLength: number | null;
      /** `suppress_ifgroup`: a route out of a device of this group does not count. */
      readonly suppressGroup: number | null;
    }
  | { readonly kind: 'goto'; readonly priority: number }
  | { readonly kind: 'nop' }
  | { readonly kind: 'unreachable' }
  | { readonly kind: 'prohibit' }
  | { readonly kind: 'blackhole' };

/**
 * What the kernel learned of one destination: a smaller MTU on the way, or a better gateway.
 * Linux: struct fib_nh_exception, struct rt6_exception.
 */
export interface RouteException {
  readonly destination: Address;
  /** The route that it is an exception to leads out of this device. */
  readonly device: string;
  /** Bytes; null when only the gateway was learned. */
  readonly mtu: number | null;
  /** What an ICMP redirect said to use; null when none did. */
  readonly gateway: Address | null;
  readonly source: SourceRef | null;
}

/** The routing knowledge of a namespace; `undefined` parts are unknown. */
export interface RoutingState {
  readonly routes: readonly Route[] | undefined;
  readonly rules: readonly RoutingRule[] | undefined;
  /** Rules of IPv6, which has its own list; absent or undefined when unknown. */
  readonly rules6?: readonly RoutingRule[] | undefined;
  /** Exceptions to routes; absent: none are known. */
  readonly exceptions?: readonly RouteException[];
  /** The listed routes are proven (by evidence), others may exist: a lookup asks about those. */
  readonly partial?: true;
  /** The same for routes of IPv6. */
  readonly partial6?: true;
}
