import { type Address, IPV4_ANY, isIpv4Multicast } from '../../packet/address.ts';
import type { Packet } from '../../packet/packet.ts';
import type { Decider } from '../decide.ts';
import type { NetnsState } from '../netns-state.ts';
import type { FibKey } from './fib.ts';
import { fibLookup } from './fib-lookup.ts';

/** An nft expression such as `fib saddr . iif oif`. */
export interface FibQuery {
  readonly address: 'saddr' | 'daddr';
  readonly packet: Packet;
  /** skb->mark where the expression has `. mark`, else 0. */
  readonly mark: number;
  /** The hook's devices, '' where it has none. */
  readonly iif: string;
  readonly oif: string;
  /** Which of them the result must use: `. iif`, `. oif`, or none. */
  readonly restrictTo: 'iif' | 'oif' | null;
  readonly hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
}

/** The device an nft `fib ... oif` yields, or null (`missing`). Linux: nft_fib4_eval(). */
export function fibDevice(netns: NetnsState, query: FibQuery, decider: Decider): string | null {
  const { packet, iif, hook } = query;
  if (hook === 'prerouting' && iif === 'lo') return iif;
  if (fromNobodyToAll(packet)) return iif;
  const wanted = query.restrictTo === 'oif' ? query.oif : query.restrictTo === 'iif' ? iif : null;
  let key = reverseKey(packet, query.mark);
  if (query.address === 'daddr') {
    key = keyBetween(packet.destination, packet.source, packet.tos, query.mark);
  } else if (hook === 'forward' && query.restrictTo === 'iif') {
    key = { ...key, iif: query.oif };
  }
  const result = fibLookup(netns, key, decider);
  // A broadcast address has a device, one of this host has none.
  if (result.kind === 'error' || result.route.type === 'local') return null;
  if (wanted === null) return result.nexthop.device;
  return result.route.nexthops.some((hop) => hop.device === wanted) ? wanted : null;
}

/** DHCP and the like: 0.0.0.0 to a broadcast or local group. */
function fromNobodyToAll({ source, destination }: Packet): boolean {
  if (source.family !== 4 || destination.family !== 4 || source.bits !== 0) return false;
  return destination.bits === 0xffffffff || destination.bits >>> 8 === 0xe00000;
}

/** An address that can be a source of a lookup, else null. Linux: rpfilter_get_saddr(). */
function known(address: Address): Address | null {
  const none =
    isIpv4Multicast(address) || address.bits === 0xffffffff || address.bits === IPV4_ANY.bits;
  return none ? null : address;
}

function reverseKey(packet: Packet, mark: number): FibKey {
  return keyBetween(packet.source, packet.destination, packet.tos, mark);
}

/** Protocol and ports are not looked up. */
function keyBetween(destination: Address, source: Address, tos: number, mark: number): FibKey {
  return {
    destination,
    source: known(source),
    iif: 'lo',
    oif: null,
    mark,
    tos,
    protocol: 0,
    sport: 0,
    dport: 0,
    uid: 0,
    ignoreLinkState: true,
  };
}
