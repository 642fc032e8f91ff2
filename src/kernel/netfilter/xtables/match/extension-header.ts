import type { ExtensionHeader, Packet } from '../../../../packet/packet.ts';

/** The first extension header of a number, or null. Linux: ipv6_find_hdr(). */
export function findExtension(packet: Packet, protocol: number): ExtensionHeader | null {
  return packet.extensions?.find((header) => header.protocol === protocol) ?? null;
}
