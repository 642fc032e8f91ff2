import { PROTOCOL } from '../../packet/protocol.ts';
import { BARE_PACKET } from '../bare-packet.ts';
import type { ObservedPacket, ObservedTcp } from '../observation.ts';
import { payloadHash } from '../payload-hash.ts';
import { tcpFlagSet } from '../tcp-flag-set.ts';
import { readTcpOptions } from '../tcp-options.ts';
import { findCarried, newCarried } from './carried.ts';
import { u8, u16, u32 } from './cursor.ts';
import { addressAt } from './ip-address.ts';
import { type IpHead, newIpHead, readIpHead } from './ip-head.ts';

/** Tunnels in tunnels, and packets that errors quote: more than any real one. */
export const MAX_DEPTH = 4;

/** Reads an IP packet as far as its bytes were captured; null when not even its header was. */
export function readIpPacket(
  data: Uint8Array,
  at = 0,
  end = data.length,
  depth = 0,
): ObservedPacket | null {
  const head = newIpHead();
  if (!readIpHead(data, at, end, head)) return null;
  return head.fragmentOffset > 0 ? fieldsOf(data, head) : readTransport(data, head, depth);
}

type Fields = { -readonly [name in keyof ObservedPacket]: ObservedPacket[name] };

function fieldsOf(data: Uint8Array, head: IpHead): Fields {
  const { at, version, protocol, fragmentOffset } = head;
  if (version === 4) {
    const length = u16(data, at + 2);
    return {
      ...BARE_PACKET,
      source: addressAt(data, at + 12, 4),
      destination: addressAt(data, at + 16, 4),
      protocol,
      tos: u8(data, at + 1),
      ttl: u8(data, at + 8),
      ipId: u16(data, at + 4),
      dontFragment: (u8(data, at + 6) & 0x40) !== 0,
      fragmentOffset,
      length: length === 0 ? null : length,
    };
  }
  const length = u16(data, at + 4);
  return {
    ...BARE_PACKET,
    source: addressAt(data, at + 8, 6),
    destination: addressAt(data, at + 24, 6),
    protocol,
    tos: (u16(data, at) >> 4) & 0xff,
    ttl: u8(data, at + 7),
    ipId: head.fragmentHeader < 0 ? null : u32(data, head.fragmentHeader + 4),
    fragmentOffset,
    length: length === 0 ? null : length + 40,
  };
}

function readTransport(data: Uint8Array, head: IpHead, depth: number): ObservedPacket {
  const packet = fieldsOf(data, head);
  const { payloadAt: at, end } = head;
  switch (head.protocol) {
    case PROTOCOL.tcp:
      setPorts(packet, data, head);
      packet.tcp = readTcp(data, head);
      if (packet.tcp) setHash(packet, data, head, (u8(data, at + 12) >> 4) * 4);
      return packet;
    case PROTOCOL.udp:
    case PROTOCOL.udplite:
      setPorts(packet, data, head);
      if (!setCarried(packet, data, head, depth)) setHash(packet, data, head, 8);
      return packet;
    case PROTOCOL.sctp:
      setPorts(packet, data, head);
      setHash(packet, data, head, 12);
      return packet;
    case PROTOCOL.icmp:
    case PROTOCOL.icmpv6:
      if (at + 2 > end) return packet;
      packet.icmp = readIcmp(data, head, depth);
      if (packet.icmp.quoted === null) setHash(packet, data, head, 8);
      return packet;
    default:
      if (!setCarried(packet, data, head, depth)) setHash(packet, data, head, 0);
      return packet;
  }
}

function setPorts(packet: Fields, data: Uint8Array, { payloadAt, end }: IpHead): void {
  if (payloadAt + 2 <= end) packet.sport = u16(data, payloadAt);
  if (payloadAt + 4 <= end) packet.dport = u16(data, payloadAt + 2);
}

/** True when it is a tunnel's packet. */
function setCarried(packet: Fields, data: Uint8Array, head: IpHead, depth: number): boolean {
  const found = newCarried();
  if (depth >= MAX_DEPTH || !findCarried(data, head, found)) return false;
  packet.inner = readIpPacket(data, found.at, found.end, depth + 1);
  if (packet.inner) packet.encapsulation = { kind: found.kind, vni: found.vni };
  return packet.inner !== null;
}

/** Only of a payload that was captured whole, and that is no part of one. */
function setHash(packet: Fields, data: Uint8Array, head: IpHead, headerLength: number): void {
  const from = head.payloadAt + headerLength;
  const whole = head.payloadAt + head.payloadLength;
  if (head.isFragment || head.end < whole || from >= whole) return;
  packet.payloadHash = payloadHash(data, from, whole);
}

/** Null for the 8 bytes that an ICMP error must quote: they hold no flags. */
function readTcp(
  data: Uint8Array,
  { payloadAt: at, end, payloadLength }: IpHead,
): ObservedTcp | null {
  if (at + 14 > end) return null;
  const bits = u8(data, at + 13);
  const flags = tcpFlagSet(bits);
  const headerLength = (u8(data, at + 12) >> 4) * 4;
  const options = readTcpOptions(data.subarray(at + 20, Math.min(at + headerLength, end)));
  return {
    flags,
    sequence: u32(data, at + 4),
    printedSequence: null,
    acknowledgement: flags.ack ? u32(data, at + 8) : null,
    window: at + 16 <= end ? u16(data, at + 14) : null,
    ...options,
    payloadLength: Math.max(0, payloadLength - headerLength),
  };
}

const ICMP_ERRORS: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);
const ICMPV6_TOO_BIG = 2;

function readIcmp(
  data: Uint8Array,
  head: IpHead,
  depth: number,
): NonNullable<ObservedPacket['icmp']> {
  const { payloadAt: at, end } = head;
  const type = u8(data, at);
  const code = u8(data, at + 1);
  const v4 = head.protocol === PROTOCOL.icmp;
  const isQuery = v4 ? type === 8 || type === 0 || isOldQuery(type) : type === 128 || type === 129;
  const isError = v4 ? ICMP_ERRORS.has(type) : type < 128;
  const hasWord = at + 8 <= end;
  const tooBig = v4 ? type === 3 && code === 4 : type === ICMPV6_TOO_BIG;
  return {
    type,
    code,
    id: isQuery && hasWord ? u16(data, at + 4) : null,
    sequence: isQuery && hasWord ? u16(data, at + 6) : null,
    mtu: tooBig && hasWord ? (v4 ? u16(data, at + 6) : u32(data, at + 4)) : null,
    quoted: isError && depth < MAX_DEPTH ? readIpPacket(data, at + 8, end, depth + 1) : null,
  };
}

/** Timestamp, information and address mask, which have an identifier as echo has. RFC 792, 950. */
function isOldQuery(type: number): boolean {
  return type >= 13 && type <= 18;
}
