import type { Address } from './address.ts';
import type { Packet, TcpFlags } from './packet.ts';

/** A byte of a packet as it is on the wire; null where the model does not know it. */
export type WireByte = number | null;

const IPV4_HEADER = 20;
const IPV6_HEADER = 40;
const PORTS = 4;

/**
 * An IP packet as bytes, as many as it is long. Known is what the model's headers say, and the rest
 * of the packet where it carries its `body`. RFC 791, RFC 8200.
 */
export function wireBytes(packet: Packet): readonly WireByte[] {
  const header = packet.source.family === 4 ? ipv4Header(packet) : ipv6Header(packet);
  const bytes = [...header, ...transportBytes(packet)];
  for (let i = bytes.length; i < packet.length; i++) bytes.push(null);
  return bytes.slice(0, packet.length);
}

/** The transport header and what follows it. */
export function transportBytes(packet: Packet): readonly WireByte[] {
  const bytes: WireByte[] = packet.body ? [...packet.body] : transportHeader(packet);
  const { transport: t } = packet;
  if (packet.body && (t.kind === 'tcp' || t.kind === 'udp' || t.kind === 'sctp')) {
    // The ports may have been translated since, and with them the checksum.
    bytes.splice(0, PORTS, ...word(t.sport), ...word(t.dport));
  }
  return bytes;
}

function word(value: number): readonly number[] {
  return [(value >>> 8) & 255, value & 255];
}

/** An address in network byte order. */
export function addressBytes(address: Address): readonly number[] {
  const length = address.family === 4 ? 4 : 16;
  const bits = BigInt(address.bits);
  return Array.from({ length }, (_, i) => Number((bits >> BigInt(8 * (length - 1 - i))) & 255n));
}

function ipv4Header(packet: Packet): readonly WireByte[] {
  const { tos, length, ttl, protocol, source, destination, fragment, dontFragment } = packet;
  const more = fragment?.more ? 0x2000 : 0;
  const offset = (fragment?.offset ?? 0) >>> 3;
  return [
    0x40 | (IPV4_HEADER / 4),
    tos,
    ...word(length),
    null,
    null,
    ...word((dontFragment ? 0x4000 : 0) | more | offset),
    ttl,
    protocol,
    null,
    null,
    ...addressBytes(source),
    ...addressBytes(destination),
  ];
}

/** The kernel gives each flow a label of its own choice, which takes half of the second byte. */
function ipv6Header(packet: Packet): readonly WireByte[] {
  const { tos, length, ttl, protocol, source, destination, extensions = [] } = packet;
  return [
    0x60 | (tos >>> 4),
    null,
    null,
    null,
    ...word(length - IPV6_HEADER),
    extensions[0]?.protocol ?? protocol,
    ttl,
    ...addressBytes(source),
    ...addressBytes(destination),
    ...extensions.flatMap(({ bytes }) => [...bytes]),
  ];
}

function transportHeader(packet: Packet): WireByte[] {
  const { transport: t } = packet;
  switch (t.kind) {
    case 'tcp': {
      const numbers = Array.from({ length: 9 }, () => null);
      const rest = Array.from({ length: 6 }, () => null);
      return [...word(t.sport), ...word(t.dport), ...numbers, flagByte(t.flags), ...rest];
    }
    case 'udp': {
      const extensions = packet.extensions ?? [];
      const before =
        packet.source.family === 4
          ? IPV4_HEADER
          : extensions.reduce((sum, { bytes }) => sum + bytes.length, IPV6_HEADER);
      const length = packet.fragment ? [null, null] : word(packet.length - before);
      return [...word(t.sport), ...word(t.dport), ...length, null, null];
    }
    case 'sctp':
      return [...word(t.sport), ...word(t.dport)];
    case 'icmp':
      return [t.type, t.code];
    case 'other':
      return [];
  }
}

function flagByte(flags: TcpFlags): number {
  const bits = ['fin', 'syn', 'rst', 'psh', 'ack', 'urg', 'ece', 'cwr'] as const;
  return bits.reduce((sum, name, i) => sum + (flags[name] ? 2 ** i : 0), 0);
}
