import { type Ipv6Address, ipv4 } from '../../packet/address.ts';
import type { TcpFlags } from '../../packet/packet.ts';
import { PROTOCOL } from '../../packet/protocol.ts';
import { BARE_PACKET } from '../bare-packet.ts';
import type { Encapsulation, ObservedPacket, ObservedTcp } from '../observation.ts';
import { readTcpOptions } from '../tcp-options.ts';
import type { Bytes } from './cursor.ts';
import { ETHER_IPV4, ETHER_IPV6, ethernet } from './link-layer.ts';

/** Tunnels in tunnels, and packets that errors quote: more than any real one. */
const MAX_DEPTH = 4;

const VXLAN_PORTS = new Set([4789, 8472]);
/** flannel's udp backend. */
const FLANNEL_UDP_PORT = 8285;

/** Reads an IP packet as far as its bytes were captured; null when not even its header was. */
export function readIpPacket(bytes: Bytes, depth = 0): ObservedPacket | null {
  const version = (bytes.u8(0) ?? 0) >> 4;
  const read = version === 4 ? readIpv4(bytes) : version === 6 ? readIpv6(bytes) : null;
  if (!read) return null;
  return (read.packet.fragmentOffset ?? 0) > 0 ? read.packet : readTransport(read, depth);
}

interface IpHeader {
  readonly packet: ObservedPacket;
  readonly payload: Bytes;
  /** What the payload measured on the wire, however much of it was captured. */
  readonly payloadLength: number;
}

function readIpv4(bytes: Bytes): IpHeader | null {
  const source = bytes.u32(12);
  const destination = bytes.u32(16);
  const headerLength = ((bytes.u8(0) ?? 0) & 15) * 4;
  if (source === null || destination === null || headerLength < 20) return null;
  const length = bytes.u16(2) ?? 0;
  const fragment = bytes.u16(6) ?? 0;
  // Segmentation offload leaves 0 in the length field; an Ethernet frame may be padded.
  const end = length === 0 ? bytes.length : Math.min(length, bytes.length);
  const packet: ObservedPacket = {
    ...BARE_PACKET,
    source: ipv4(source),
    destination: ipv4(destination),
    protocol: bytes.u8(9) ?? 0,
    tos: bytes.u8(1),
    ttl: bytes.u8(8),
    ipId: bytes.u16(4),
    dontFragment: (fragment & 0x4000) !== 0,
    fragmentOffset: (fragment & 0x1fff) * 8,
    length: length === 0 ? null : length,
  };
  const payload = bytes.slice(headerLength, end);
  const payloadLength = length === 0 ? payload.length : length - headerLength;
  return { packet, payload, payloadLength };
}

function readIpv6(bytes: Bytes): IpHeader | null {
  const source = ipv6At(bytes, 8);
  const destination = ipv6At(bytes, 24);
  if (!source || !destination) return null;
  const payloadLength = bytes.u16(4) ?? 0;
  const extension = skipExtensions(bytes, bytes.u8(6) ?? 59);
  const end = payloadLength === 0 ? bytes.length : Math.min(40 + payloadLength, bytes.length);
  const packet: ObservedPacket = {
    ...BARE_PACKET,
    source,
    destination,
    protocol: extension.protocol,
    tos: ((bytes.u16(0) ?? 0) >> 4) & 0xff,
    ttl: bytes.u8(7),
    fragmentOffset: extension.fragmentOffset,
    length: payloadLength === 0 ? null : payloadLength + 40,
  };
  const payload = bytes.slice(extension.at, end);
  const whole = payloadLength === 0 ? payload.length : payloadLength + 40 - extension.at;
  return { packet, payload, payloadLength: whole };
}

function ipv6At(bytes: Bytes, at: number): Ipv6Address | null {
  let bits = 0n;
  for (let word = 0; word < 4; word++) {
    const value = bytes.u32(at + 4 * word);
    if (value === null) return null;
    bits = (bits << 32n) | BigInt(value);
  }
  return { family: 6, bits };
}

/** Hop-by-hop, routing, destination options and fragment. RFC 8200 4. */
function skipExtensions(
  bytes: Bytes,
  first: number,
): { readonly protocol: number; readonly at: number; readonly fragmentOffset: number } {
  let protocol = first;
  let at = 40;
  let fragmentOffset = 0;
  for (let count = 0; count < 8; count++) {
    const isFragment = protocol === 44;
    if (!isFragment && protocol !== 0 && protocol !== 43 && protocol !== 60) break;
    const next = bytes.u8(at);
    if (next === null) break;
    if (isFragment) fragmentOffset = (bytes.u16(at + 2) ?? 0) & 0xfff8;
    protocol = next;
    at += isFragment ? 8 : 8 * ((bytes.u8(at + 1) ?? 0) + 1);
  }
  return { protocol, at, fragmentOffset };
}

function readTransport(header: IpHeader, depth: number): ObservedPacket {
  const { packet, payload } = header;
  switch (packet.protocol) {
    case PROTOCOL.tcp:
      return { ...packet, ...portsOf(payload), tcp: readTcp(header) };
    case PROTOCOL.udp:
      return readUdp({ ...packet, ...portsOf(payload) }, payload, depth);
    case PROTOCOL.udplite:
    case PROTOCOL.sctp:
      return { ...packet, ...portsOf(payload) };
    case PROTOCOL.icmp:
    case PROTOCOL.icmpv6:
      return readIcmp(packet, payload, depth);
    case PROTOCOL.ipip:
    case 41: // IPv6 in IPv4
      return carrying(packet, inner(payload, depth), { kind: 'ipip', vni: null });
    case PROTOCOL.gre:
      return readGre(packet, payload, depth);
    default:
      return packet;
  }
}

function portsOf(payload: Bytes): Pick<ObservedPacket, 'sport' | 'dport'> {
  return { sport: payload.u16(0), dport: payload.u16(2) };
}

function inner(bytes: Bytes, depth: number): ObservedPacket | null {
  return depth < MAX_DEPTH ? readIpPacket(bytes, depth + 1) : null;
}

function carrying(
  packet: ObservedPacket,
  carried: ObservedPacket | null,
  encapsulation: Encapsulation,
): ObservedPacket {
  return carried ? { ...packet, inner: carried, encapsulation } : packet;
}

const FLAG_BITS: readonly (readonly [keyof TcpFlags, number])[] = [
  ['fin', 1],
  ['syn', 2],
  ['rst', 4],
  ['psh', 8],
  ['ack', 16],
  ['urg', 32],
  ['ece', 64],
  ['cwr', 128],
];

/** Null for the 8 bytes that an ICMP error must quote: they hold no flags. */
function readTcp(header: IpHeader): ObservedTcp | null {
  const { payload } = header;
  const sequence = payload.u32(4);
  const bits = payload.u8(13);
  if (sequence === null || bits === null) return null;
  const flags: { -readonly [name in keyof TcpFlags]: TcpFlags[name] } = {};
  for (const [name, bit] of FLAG_BITS) if (bits & bit) flags[name] = true;
  const headerLength = ((payload.u8(12) ?? 0) >> 4) * 4;
  return {
    ...readTcpOptions(payload.raw(20, Math.min(headerLength, payload.length))),
    flags,
    sequence,
    printedSequence: null,
    acknowledgement: flags.ack ? payload.u32(8) : null,
    window: payload.u16(14),
    payloadLength: Math.max(0, header.payloadLength - headerLength),
  };
}

function readUdp(packet: ObservedPacket, payload: Bytes, depth: number): ObservedPacket {
  const { sport, dport } = packet;
  if (dport !== null && VXLAN_PORTS.has(dport) && (payload.u8(8) ?? 0) & 0x08) {
    const frame = ethernet(payload, 16);
    const isIp = frame?.etherType === ETHER_IPV4 || frame?.etherType === ETHER_IPV6;
    const carried = frame && isIp ? inner(payload.slice(frame.at, payload.length), depth) : null;
    return carrying(packet, carried, { kind: 'vxlan', vni: (payload.u32(12) ?? 0) >>> 8 });
  }
  if (sport === FLANNEL_UDP_PORT || dport === FLANNEL_UDP_PORT) {
    const bytes = payload.slice(8, payload.length);
    const version = (bytes.u8(0) ?? 0) >> 4;
    // The port is anybody's: only a payload that is an IP packet of its own length is flannel's.
    const fits = (bytes.u16(2) ?? 0) >= 20 && bytes.u16(2) === (payload.u16(4) ?? 0) - 8;
    const carried = version === 4 && fits ? inner(bytes, depth) : null;
    return carrying(packet, carried, { kind: 'flannel-udp', vni: null });
  }
  return packet;
}

/** Checksum, key and sequence number are optional. RFC 2784, RFC 2890. */
function readGre(packet: ObservedPacket, payload: Bytes, depth: number): ObservedPacket {
  const flags = payload.u16(0) ?? 0;
  const type = payload.u16(2);
  const at = 4 + [0x8000, 0x2000, 0x1000].filter((bit) => flags & bit).length * 4;
  const isIp = type === ETHER_IPV4 || type === ETHER_IPV6;
  const carried = isIp ? inner(payload.slice(at, payload.length), depth) : null;
  return carrying(packet, carried, { kind: 'gre', vni: null });
}

function readIcmp(packet: ObservedPacket, payload: Bytes, depth: number): ObservedPacket {
  const type = payload.u8(0);
  const code = payload.u8(1);
  if (type === null || code === null) return packet;
  const v4 = packet.protocol === PROTOCOL.icmp;
  const isEcho = v4 ? type === 8 || type === 0 : type === 128 || type === 129;
  const isError = v4 ? [3, 4, 5, 11, 12].includes(type) : type < 128;
  const mtu = v4 && type === 3 && code === 4 ? payload.u16(6) : null;
  const icmp = {
    type,
    code,
    id: isEcho ? payload.u16(4) : null,
    sequence: isEcho ? payload.u16(6) : null,
    mtu: !v4 && type === 2 ? payload.u32(4) : mtu,
    quoted: isError ? inner(payload.slice(8, payload.length), depth) : null,
  };
  return { ...packet, icmp };
}
