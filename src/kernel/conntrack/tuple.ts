import type { Address } from '../../packet/address.ts';

/**
 * One direction of a connection. For ICMP echo `sport` holds the identifier and `dport` is
 * type * 256 + code, so that tuples compare alike for every protocol.
 * Linux: include/net/netfilter/nf_conntrack_tuple.h.
 */
export interface Tuple {
  readonly protocol: number;
  readonly source: Address;
  readonly destination: Address;
  readonly sport: number;
  readonly dport: number;
}
