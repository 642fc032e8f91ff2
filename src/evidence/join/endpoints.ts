import { formatAddress } from '../../packet/address.ts';
import type { Endpoint } from '../evidence.ts';
import type { ObservedPacket } from '../observation.ts';

/** `address:port` of both ends of a packet as text keys; ICMP echo counts its id as a port. */
export interface PacketEnds {
  readonly from: string;
  readonly to: string;
}

export function endsOf(packet: ObservedPacket): PacketEnds {
  const id = packet.icmp?.id ?? null;
  return {
    from: `${formatAddress(packet.source)}:${packet.sport ?? packet.sportName ?? id ?? ''}`,
    to: `${formatAddress(packet.destination)}:${packet.dport ?? packet.dportName ?? id ?? ''}`,
  };
}

/** The same for both directions of a connection as one place sees it. */
export function pairKey(packet: ObservedPacket): string {
  const { from, to } = endsOf(packet);
  return `${packet.protocol} ${from < to ? `${from} ${to}` : `${to} ${from}`}`;
}

export function sourceOf(packet: ObservedPacket): Endpoint {
  return { address: packet.source, port: packet.sport };
}

export function destinationOf(packet: ObservedPacket): Endpoint {
  return { address: packet.destination, port: packet.dport };
}

export function endpointKey(endpoint: Endpoint): string {
  return `${formatAddress(endpoint.address)}:${endpoint.port ?? ''}`;
}

export function sameEndpoint(a: Endpoint, b: Endpoint): boolean {
  return endpointKey(a) === endpointKey(b);
}
