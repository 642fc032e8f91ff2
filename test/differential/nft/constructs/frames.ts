import type { Packet } from '../../../../src/packet/packet.ts';
import { ethernetFrame } from '../../routing/frame.ts';

/** The Ethernet addresses of a frame to the device under test. */
const HEADER = (mac: string, type: string): Buffer =>
  Buffer.from(`${mac.replaceAll(':', '')}020000000099${type}`, 'hex');

/** A frame with a packet of either family; what the model knows nothing of is zero. */
export function constructFrame(packet: Packet, mac: string): Buffer {
  const { transport, source } = packet;
  if (source.family === 6) return Buffer.concat([HEADER(mac, '86dd'), ipv6Bytes(packet)]);
  if (transport.kind === 'tcp' && transport.mss !== undefined) {
    return withMss(ethernetFrame(packet, mac), transport.mss);
  }
  if (transport.kind !== 'other' && transport.kind !== 'sctp') return ethernetFrame(packet, mac);
  // The header that UDP would have, of another protocol.
  const udp = { kind: 'udp', sport: 0, dport: 0 } as const;
  const frame = ethernetFrame({ ...packet, transport: udp }, mac);
  frame.fill(0, 34);
  return frame;
}

/** The segment size as the first option. */
function withMss(frame: Buffer, mss: number): Buffer {
  const tcp = frame.subarray(34);
  tcp.writeUInt8(0x60, 12);
  tcp.writeUInt32BE(0x02040000 + mss, 20);
  tcp.writeUInt16BE(0, 16);
  const pseudo = Buffer.alloc(12);
  frame.copy(pseudo, 0, 26, 34);
  pseudo.writeUInt8(6, 9);
  pseudo.writeUInt16BE(tcp.length, 10);
  tcp.writeUInt16BE(sumOf(Buffer.concat([pseudo, tcp])), 16);
  return frame;
}

function ipv6Bytes(packet: Packet): Buffer {
  const bytes = Buffer.alloc(packet.length);
  bytes.writeUInt8(0x60 | (packet.tos >> 4), 0);
  bytes.writeUInt8((packet.tos & 0xf) << 4, 1);
  bytes.writeUInt16BE(packet.length - 40, 4);
  bytes.writeUInt8(packet.protocol, 6);
  bytes.writeUInt8(packet.ttl, 7);
  addressBytes(packet.source.bits).copy(bytes, 8);
  addressBytes(packet.destination.bits).copy(bytes, 24);
  const body = bytes.subarray(40);
  const { transport } = packet;
  switch (transport.kind) {
    case 'tcp':
      body.writeUInt16BE(transport.sport, 0);
      body.writeUInt16BE(transport.dport, 2);
      body.writeUInt32BE(1000, 4);
      body.writeUInt8(0x50, 12);
      body.writeUInt8(transport.flags.syn ? 2 : 16, 13);
      body.writeUInt16BE(64240, 14);
      body.writeUInt16BE(checksum(bytes, packet.protocol), 56 - 40);
      break;
    case 'udp':
      body.writeUInt16BE(transport.sport, 0);
      body.writeUInt16BE(transport.dport, 2);
      body.writeUInt16BE(body.length, 4);
      body.writeUInt16BE(checksum(bytes, packet.protocol) || 0xffff, 6);
      break;
    case 'icmp':
      body.writeUInt8(transport.type, 0);
      body.writeUInt8(transport.code, 1);
      if (transport.id !== undefined) body.writeUInt16BE(transport.id, 4);
      if (transport.mtu !== undefined) body.writeUInt32BE(transport.mtu, 4);
      if (transport.quoted) ipv6Bytes(transport.quoted).copy(body, 8);
      body.writeUInt16BE(checksum(bytes, packet.protocol), 2);
      break;
    default:
      break;
  }
  return bytes;
}

function addressBytes(bits: number | bigint): Buffer {
  return Buffer.from(BigInt(bits).toString(16).padStart(32, '0'), 'hex');
}

/** With the pseudo header of IPv6 (RFC 8200, 8.1). */
function checksum(packet: Buffer, protocol: number): number {
  const body = packet.subarray(40);
  const pseudo = Buffer.alloc(40);
  packet.copy(pseudo, 0, 8, 40);
  pseudo.writeUInt32BE(body.length, 32);
  pseudo.writeUInt8(protocol, 39);
  return sumOf(Buffer.concat([pseudo, body]));
}

/** The Internet checksum of RFC 1071. */
function sumOf(all: Buffer): number {
  let sum = 0;
  for (let i = 0; i < all.length; i += 2) sum += (all[i] ?? 0) * 256 + (all[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
