import type { Address } from '../packet/address.ts';
import type { IcmpHeader, Packet } from '../packet/packet.ts';
import { PROTOCOL } from '../packet/protocol.ts';
import type { IcmpError } from './icmp-error.ts';
import type { OutputRoute } from './routing/lookup.ts';
import type { Skb } from './skb.ts';

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

/** The IP header, bytes. */
function ipHeader({ family }: Address): number {
  return family === 4 ? 20 : 40;
}

const TCP_HEADER = 20;
/** The TCP header of a SYN with the options Linux sends, bytes. */
const SYN_HEADER = 40;

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
    length: ipHeader(syn.source) + SYN_HEADER,
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
    length: ipHeader(received.source) + 32,
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
    length: ipHeader(packet.source) + TCP_HEADER,
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
      return { ...base, tos: packet.tos, transport: { ...t, type: echoReply(packet), code: 0 } };
    case 'tcp':
    case 'other':
      return { ...base, transport: t };
  }
}

function echoReply({ source }: Packet): number {
  return source.family === 4 ? 0 : 129;
}

/** Whether a packet asks for an echo. */
export function isEchoRequest({ source, transport }: Packet): boolean {
  return transport.kind === 'icmp' && transport.type === (source.family === 4 ? 8 : 128);
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
    ttl: 64,
    dontFragment: false,
    transport,
    ...(about.source.family === 4
      ? {
          protocol: PROTOCOL.icmp,
          // Precedence internetwork control and the packet's type of service. Linux: __icmp_send(), RT_TOS().
          tos: 0xc0 | (about.tos & 0x1e),
          length: 28 + Math.min(about.length, 548),
        }
      : // As much as fits into the smallest MTU. Linux: icmp6_send().
        { protocol: PROTOCOL.icmpv6, tos: 0, length: 48 + Math.min(about.length, 1232) }),
  };
}

/** Linux: IPV4_MAX_PMTU, net.ipv4.route.min_adv_mss. */
const LARGEST_PACKET = 65_535;
const SMALLEST_OFFER = 256;

/** The largest segment an MTU allows, bytes. Linux: ipv4_default_advmss(), ip6_default_advmss(). */
export function mssOf(mtu: number, family: 4 | 6): number {
  const fits = Math.min(mtu, LARGEST_PACKET) - TCP_HEADER - (family === 4 ? 20 : 40);
  return Math.max(fits, SMALLEST_OFFER);
}

/** The segment size that a SYN by a route offers: what the route says, or what its MTU allows. */
export function offeredMss(
  { route, mtu }: Extract<OutputRoute, { readonly kind: 'route' }>,
  family: 4 | 6,
): number {
  return route?.advmss ?? mssOf(mtu, family);
}

/** Length of a first packet of a protocol, bytes. */
export function firstPacketLength(protocol: 'tcp' | 'udp' | 'icmp' | 'sctp', to: Address): number {
  const payload = protocol === 'tcp' ? SYN_HEADER : protocol === 'icmp' ? 64 : 13;
  return ipHeader(to) + payload;
}
