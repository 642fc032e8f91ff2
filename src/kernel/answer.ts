import type { Address } from '../packet/address.ts';
import type { IcmpHeader, Packet } from '../packet/packet.ts';
import { PROTOCOL } from '../packet/protocol.ts';
import type { Skb } from './skb.ts';

/** An ICMP error by type and code. RFC 792, RFC 1812 5.2.7. */
export interface IcmpError {
  readonly type: 3 | 11;
  readonly code: number;
  /** Next-hop MTU of a fragmentation-needed error, bytes. */
  readonly mtu: number | null;
}

export const ICMP_NET_UNREACHABLE: IcmpError = { type: 3, code: 0, mtu: null };
export const ICMP_HOST_UNREACHABLE: IcmpError = { type: 3, code: 1, mtu: null };
export const ICMP_PORT_UNREACHABLE: IcmpError = { type: 3, code: 3, mtu: null };
export const ICMP_FILTERED: IcmpError = { type: 3, code: 13, mtu: null };
export const ICMP_TIME_EXCEEDED: IcmpError = { type: 11, code: 0, mtu: null };

/** The error a router sends for a packet that is too big. Linux: ip_forward(). */
export function fragmentationNeeded(mtu: number): IcmpError {
  return { type: 3, code: 4, mtu };
}

/** A packet that no kernel has seen yet. */
export function freshSkb(packet: Packet, mark = 0): Skb {
  return {
    packet,
    mark,
    ct: { kind: 'none' },
    sourceMac: null,
    destinationMac: null,
    physin: null,
    physout: null,
  };
}

const TCP_OVER_IP = 40;
/** IP and TCP header of a SYN with the options Linux sends, bytes. */
const SYN_LENGTH = 60;

/** The headers of a reply: addresses and ports swapped. */
function swapped(packet: Packet): Pick<Packet, 'source' | 'destination' | 'protocol' | 'tos'> {
  return {
    source: packet.destination,
    destination: packet.source,
    protocol: packet.protocol,
    tos: 0,
  };
}

/** A SYN-ACK for a SYN. `mss` is what the server's route allows. */
export function synAck(syn: Packet, mss: number): Packet {
  if (syn.transport.kind !== 'tcp') return syn;
  return {
    ...swapped(syn),
    ttl: 64,
    length: SYN_LENGTH,
    dontFragment: true,
    transport: {
      kind: 'tcp',
      sport: syn.transport.dport,
      dport: syn.transport.sport,
      flags: { syn: true, ack: true },
      mss,
    },
  };
}

/** The client's last packet of the handshake. */
export function handshakeAck(received: Packet): Packet {
  if (received.transport.kind !== 'tcp') return received;
  return {
    ...swapped(received),
    ttl: 64,
    length: 52,
    dontFragment: true,
    transport: {
      kind: 'tcp',
      sport: received.transport.dport,
      dport: received.transport.sport,
      flags: { ack: true },
    },
  };
}

/** A reset that answers a packet. Linux: tcp_v4_send_reset(), nf_send_reset(). */
export function reset(packet: Packet): Packet {
  if (packet.transport.kind !== 'tcp') return packet;
  return {
    ...swapped(packet),
    ttl: 64,
    length: TCP_OVER_IP,
    dontFragment: true,
    transport: {
      kind: 'tcp',
      sport: packet.transport.dport,
      dport: packet.transport.sport,
      flags: { rst: true, ack: true },
    },
  };
}

/** A datagram or echo reply that answers one. */
export function answerTo(packet: Packet): Packet {
  const t = packet.transport;
  const base = { ...swapped(packet), ttl: 64, length: packet.length, dontFragment: false };
  switch (t.kind) {
    case 'udp':
      return { ...base, transport: { kind: 'udp', sport: t.dport, dport: t.sport } };
    case 'sctp':
      return { ...base, transport: { kind: 'sctp', sport: t.dport, dport: t.sport } };
    case 'icmp':
      // Linux: icmp_reply() takes the request's TOS.
      return { ...base, tos: packet.tos, transport: { ...t, type: 0, code: 0 } };
    case 'tcp':
    case 'other':
      return { ...base, transport: t };
  }
}

/** An ICMP error about a packet, from an address of the node that sends it. */
export function icmpErrorPacket(error: IcmpError, about: Packet, from: Address): Packet {
  const transport: IcmpHeader = {
    kind: 'icmp',
    type: error.type,
    code: error.code,
    quoted: about,
    ...(error.mtu === null ? {} : { mtu: error.mtu }),
  };
  return {
    source: from,
    destination: about.source,
    protocol: PROTOCOL.icmp,
    ttl: 64,
    // Precedence internetwork control and the packet's type of service. Linux: __icmp_send(), RT_TOS().
    tos: 0xc0 | (about.tos & 0x1e),
    length: 28 + Math.min(about.length, 548),
    dontFragment: false,
    transport,
  };
}

/** The largest segment a route's MTU allows, bytes. Linux: ipv4_default_advmss(). */
export function mssOf(mtu: number): number {
  return mtu - TCP_OVER_IP;
}

/** Length of a first packet of a protocol, bytes. */
export function firstPacketLength(protocol: 'tcp' | 'udp' | 'icmp' | 'sctp'): number {
  return protocol === 'tcp' ? SYN_LENGTH : protocol === 'icmp' ? 84 : 33;
}
