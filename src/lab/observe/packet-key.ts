import type { ObservedPacket } from '../../evidence/observation.ts';

/**
 * What stays of a packet on its whole way: translation changes addresses and ports, forwarding the
 * TTL; identification, length, sequence numbers and flags are the sender's. A tunnel's outer packet
 * is one of its own.
 */
export function packetKey(packet: ObservedPacket): string {
  const { protocol, ipId, length, fragmentOffset, tcp, icmp } = packet;
  const transport = tcp
    ? `${tcp.sequence} ${tcp.acknowledgement} ${Object.keys(tcp.flags).join('')}`
    : icmp
      ? `${icmp.type} ${icmp.code} ${icmp.sequence}`
      : '';
  return `${packet.source.family} ${protocol} ${ipId} ${length} ${fragmentOffset} ${transport}`;
}
