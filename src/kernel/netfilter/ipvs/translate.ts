import type { Address } from '../../../packet/address.ts';
import type { Packet, TransportHeader } from '../../../packet/packet.ts';

/** The packet as if it came from another address and port. */
export function withSource(packet: Packet, source: Address, sport: number): Packet {
  return { ...packet, source, transport: withPort(packet.transport, 'sport', sport) };
}

/** The packet to another address and port. */
export function withDestination(packet: Packet, destination: Address, dport: number): Packet {
  return { ...packet, destination, transport: withPort(packet.transport, 'dport', dport) };
}

function withPort(
  transport: TransportHeader,
  field: 'sport' | 'dport',
  port: number,
): TransportHeader {
  switch (transport.kind) {
    case 'tcp':
    case 'udp':
    case 'sctp':
      return { ...transport, [field]: port };
    case 'icmp':
    case 'other':
      return transport;
  }
}
