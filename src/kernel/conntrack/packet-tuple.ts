import { formatAddress, sameAddress } from '../../packet/address.ts';
import { type Packet, ports } from '../../packet/packet.ts';
import { PROTOCOL, protocolName } from '../../packet/protocol.ts';
import type { Tuple } from './tuple.ts';

/** ICMP requests and their replies: the only types that make or continue a connection. */
const ICMP_ANSWERS = new Map<number, number>([
  [8, 0], // echo
  [0, 8],
  [13, 14], // timestamp
  [14, 13],
  [15, 16], // information
  [16, 15],
  [17, 18], // address mask
  [18, 17],
]);

const ICMPV6_ANSWERS = new Map<number, number>([
  [128, 129], // echo
  [129, 128],
  [139, 140], // node information
  [140, 139],
]);

function icmpAnswers(protocol: number): ReadonlyMap<number, number> {
  return protocol === PROTOCOL.icmpv6 ? ICMPV6_ANSWERS : ICMP_ANSWERS;
}

/** Whether a tuple's destination is the type of an ICMP message, and its source an identifier. */
export function isIcmp({ protocol }: { readonly protocol: number }): boolean {
  return protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6;
}

/** The ICMP types that open a connection. Linux: valid_new[] of both trackers. */
export function opensIcmpConnection(protocol: number, type: number): boolean {
  if (protocol === PROTOCOL.icmpv6) return type === 128 || type === 139;
  return type === 8 || type === 13 || type === 15 || type === 17;
}

/** Of IPv6: nothing follows. RFC 8200 4.7. */
const NO_NEXT_HEADER = 59;

/**
 * The tuple of a packet; null for an ICMP message that has none, and where nothing follows the headers of
 * IPv6. Linux: nf_ct_get_tuple(), get_l4proto().
 */
export function tupleOf(packet: Packet): Tuple | null {
  const { source, destination, protocol, transport } = packet;
  if (source.family === 6 && protocol === NO_NEXT_HEADER) return null;
  if (transport.kind !== 'icmp') {
    return { protocol, source, destination, ...ports(packet) };
  }
  if (!icmpAnswers(protocol).has(transport.type)) return null;
  return {
    protocol,
    source,
    destination,
    sport: transport.id ?? 0,
    dport: transport.type * 256 + transport.code,
  };
}

/** The tuple of the answers to a tuple's packets. Linux: nf_ct_invert_tuple(). */
export function invertTuple(tuple: Tuple): Tuple {
  const { protocol, source, destination, sport, dport } = tuple;
  const turned = { protocol, source: destination, destination: source };
  if (!isIcmp(tuple)) return { ...turned, sport: dport, dport: sport };
  const type = dport >> 8;
  const answer = icmpAnswers(protocol).get(type) ?? type;
  return { ...turned, sport, dport: answer * 256 + (dport & 255) };
}

/** Whether two tuples are the same. Linux: nf_ct_tuple_equal(). */
export function sameTuple(a: Tuple, b: Tuple): boolean {
  return (
    a.sport === b.sport &&
    a.dport === b.dport &&
    a.protocol === b.protocol &&
    sameAddress(a.source, b.source) &&
    sameAddress(a.destination, b.destination)
  );
}

/** A key that is equal for equal tuples. */
export function tupleKey(tuple: Tuple): string {
  return `${tuple.protocol}|${tuple.source.bits}|${tuple.sport}|${tuple.destination.bits}|${tuple.dport}`;
}

/** Prints a tuple as `tcp 10.0.0.1:40000>10.0.0.2:80`. */
export function formatTuple(tuple: Tuple): string {
  const from = `${formatAddress(tuple.source)}:${tuple.sport}`;
  return `${protocolName(tuple.protocol)} ${from}>${formatAddress(tuple.destination)}:${tuple.dport}`;
}
