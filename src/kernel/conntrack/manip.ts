import { sameAddress } from '../../packet/address.ts';
import type { Packet, TransportHeader } from '../../packet/packet.ts';
import type { Connection } from './connection.ts';
import { invertTuple, isIcmp } from './packet-tuple.ts';
import type { Tuple } from './tuple.ts';

/** Which end of a packet a translation rewrites. Linux: enum nf_nat_manip_type. */
export type Manip = 'src' | 'dst';

export function otherManip(manip: Manip): Manip {
  return manip === 'src' ? 'dst' : 'src';
}

/**
 * Whether a connection's mapping rewrites this end in the original direction: the hook of that end changed
 * the tuple, of a listed connection the two tuples differ. Linux: IPS_SRC_NAT and IPS_DST_NAT, nf_nat_setup_info().
 */
export function isMapped(connection: Connection, manip: Manip): boolean {
  const { original, reply, byIpvs, mappedBy } = connection;
  if (mappedBy) return mappedBy[manip];
  // An ICMP identifier is the source's part of the tuple, in both directions; either hook may have changed it.
  const icmp = isIcmp(original);
  if (manip === 'src') {
    const port = icmp ? reply.sport : reply.dport;
    return !sameAddress(original.source, reply.destination) || original.sport !== port;
  }
  if (byIpvs) return false;
  return (
    !sameAddress(original.destination, reply.source) || (!icmp && original.dport !== reply.sport)
  );
}

/** The end that is rewritten at a hook for packets of the reply direction is the other one. */
export function rewritten(connection: Connection, manip: Manip, reply: boolean): boolean {
  return isMapped(connection, reply ? otherManip(manip) : manip);
}

/** What a packet of a direction looks like after translation: the inverse of the other tuple. */
export function targetTuple({ original, reply }: Connection, isReply: boolean): Tuple {
  return invertTuple(isReply ? original : reply);
}

/** Rewrites one end of a packet to that of a tuple. Linux: nf_nat_manip_pkt(). */
export function rewrite(packet: Packet, target: Tuple, manip: Manip): Packet {
  return manip === 'src'
    ? {
        ...packet,
        source: target.source,
        transport: withPort(packet.transport, 'sport', target.sport, target.sport),
      }
    : {
        ...packet,
        destination: target.destination,
        transport: withPort(packet.transport, 'dport', target.dport, target.sport),
      };
}

function withPort(
  transport: TransportHeader,
  field: 'sport' | 'dport',
  port: number,
  icmpId: number,
): TransportHeader {
  switch (transport.kind) {
    case 'tcp':
    case 'udp':
    case 'sctp':
      return transport[field] === port ? transport : { ...transport, [field]: port };
    case 'icmp':
      return transport.id === undefined || transport.quoted
        ? transport
        : { ...transport, id: icmpId };
    case 'other':
      return transport;
  }
}
