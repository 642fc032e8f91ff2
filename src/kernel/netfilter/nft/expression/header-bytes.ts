import type { Packet, TransportHeader } from '../../../../packet/packet.ts';
import type { Skb } from '../../../skb.ts';
import { tcpFlagBits } from './tcp-flag-bits.ts';

/** A byte of a header; null where packets of the model do not have its value. */
export type HeaderByte = number | null;

/** Bytes of a packet from the start of a header to the packet's end. */
export interface HeaderBytes {
  readonly bytes: readonly HeaderByte[];
  /** How many bytes the packet has from there; those after `bytes` are not known. */
  readonly length: number;
}

/** From the IP header on. Linux: skb_network_offset(). */
export function networkBytes(packet: Packet): HeaderBytes {
  const header = packet.source.family === 4 ? ipv4Bytes(packet) : ipv6Bytes(packet);
  return { bytes: [...header, ...transportBytes(packet)], length: packet.length };
}

/** From the transport header on. Linux: nft_thoff(). */
export function transportHeaderBytes(packet: Packet): HeaderBytes {
  return { bytes: transportBytes(packet), length: packet.length - ipHeaderLength(packet) };
}

/** The Ethernet header and what follows it. Linux: skb_mac_header(). */
export function linkBytes({ packet, sourceMac, destinationMac }: Skb): HeaderBytes {
  const type = packet.source.family === 4 ? 0x0800 : 0x86dd;
  const rest = networkBytes(packet);
  return {
    bytes: [
      ...macBytes(destinationMac),
      ...macBytes(sourceMac),
      ...bytesOf(type, 2),
      ...rest.bytes,
    ],
    length: rest.length + ETHERNET_HEADER,
  };
}

const ETHERNET_HEADER = 14;

/** Length of the IP header in bytes: packets of the model have no options. */
export function ipHeaderLength({ source }: Packet): number {
  return source.family === 4 ? 20 : 40;
}

function ipv4Bytes(packet: Packet): readonly HeaderByte[] {
  const { source, destination } = packet;
  if (source.family !== 4 || destination.family !== 4) return [];
  return [
    0x45,
    packet.tos,
    ...bytesOf(packet.length, 2),
    ...unknownBytes(2),
    packet.dontFragment ? 0x40 : 0,
    0,
    packet.ttl,
    packet.protocol,
    ...unknownBytes(2),
    ...bytesOf(source.bits, 4),
    ...bytesOf(destination.bits, 4),
  ];
}

function ipv6Bytes(packet: Packet): readonly HeaderByte[] {
  const { source, destination } = packet;
  if (source.family !== 6 || destination.family !== 6) return [];
  return [
    0x60 | (packet.tos >> 4),
    ...unknownBytes(3),
    ...bytesOf(packet.length - 40, 2),
    packet.protocol,
    packet.ttl,
    ...bytesOf(source.bits, 16),
    ...bytesOf(destination.bits, 16),
  ];
}

function transportBytes({ transport, length, source }: Packet): readonly HeaderByte[] {
  switch (transport.kind) {
    case 'tcp':
      return [
        ...portBytes(transport),
        ...unknownBytes(9),
        tcpFlagBits(transport.flags),
        ...unknownBytes(6),
      ];
    case 'udp': {
      const size = length - (source.family === 4 ? 20 : 40);
      return [...portBytes(transport), ...bytesOf(size, 2), ...unknownBytes(2)];
    }
    case 'sctp':
      return [...portBytes(transport), ...unknownBytes(8)];
    case 'icmp':
      return [transport.type, transport.code, ...unknownBytes(2), ...icmpRest(transport)];
    case 'other':
      return [];
  }
}

function portBytes(header: { readonly sport: number; readonly dport: number }) {
  return [...bytesOf(header.sport, 2), ...bytesOf(header.dport, 2)];
}

function icmpRest(
  icmp: Extract<TransportHeader, { readonly kind: 'icmp' }>,
): readonly HeaderByte[] {
  if (icmp.id !== undefined) return [...bytesOf(icmp.id, 2), ...unknownBytes(2)];
  if (icmp.mtu === undefined) return unknownBytes(4);
  return bytesOf(icmp.mtu, 4);
}

function macBytes(mac: string | null): readonly HeaderByte[] {
  const parts = mac?.split(':') ?? [];
  return parts.length === 6 ? parts.map((part) => Number.parseInt(part, 16)) : unknownBytes(6);
}

function unknownBytes(count: number): readonly HeaderByte[] {
  return Array.from({ length: count }, () => null);
}

function bytesOf(value: number | bigint, count: number): readonly number[] {
  const wide = BigInt(value);
  return Array.from({ length: count }, (_, i) =>
    Number((wide >> BigInt(8 * (count - 1 - i))) & 0xffn),
  );
}
