import { SCTP_CHUNK } from '../../../../src/kernel/conntrack/sctp-state.ts';
import type { Packet, SctpChunk, TcpHeader } from '../../../../src/packet/packet.ts';
import { PROTOCOL } from '../../../../src/packet/protocol.ts';
import { addressBytes } from '../../../../src/packet/wire.ts';
import { crc32c, internetChecksum } from './checksums.ts';

/** An Ethernet frame to a MAC address. `id` is the IPv4 identification or the IPv6 flow label. */
export function frameOf(packet: Packet, mac: string, id: number): Buffer {
  const v6 = packet.source.family === 6;
  const header = `${mac.replaceAll(':', '')}020000000099${v6 ? '86dd' : '0800'}`;
  return Buffer.concat([Buffer.from(header, 'hex'), ipPacket(packet, id)]);
}

function ipPacket(packet: Packet, id: number): Buffer {
  const body = transportBytes(packet);
  if (packet.source.family === 6) return Buffer.concat([ipv6Header(packet, body.length, id), body]);
  const header = Buffer.alloc(20);
  header.writeUInt8(0x45, 0);
  header.writeUInt8(packet.tos, 1);
  header.writeUInt16BE(20 + body.length, 2);
  header.writeUInt16BE(id, 4);
  header.writeUInt8(packet.ttl, 8);
  header.writeUInt8(packet.protocol, 9);
  header.set(addressBytes(packet.source), 12);
  header.set(addressBytes(packet.destination), 16);
  header.writeUInt16BE(internetChecksum(header), 10);
  return Buffer.concat([header, body]);
}

function ipv6Header(packet: Packet, length: number, label: number): Buffer {
  const header = Buffer.alloc(40);
  header.writeUInt32BE(0x60000000 + label, 0);
  header.writeUInt16BE(length, 4);
  header.writeUInt8(packet.protocol, 6);
  header.writeUInt8(packet.ttl, 7);
  header.set(addressBytes(packet.source), 8);
  header.set(addressBytes(packet.destination), 24);
  return header;
}

function transportBytes(packet: Packet): Buffer {
  const { transport } = packet;
  switch (transport.kind) {
    case 'tcp':
      return summed(packet, segment(transport), 16);
    case 'udp': {
      const body = Buffer.alloc(8 + 4);
      body.writeUInt16BE(transport.sport, 0);
      body.writeUInt16BE(transport.dport, 2);
      body.writeUInt16BE(body.length, 4);
      return summed(packet, body, 6);
    }
    case 'icmp': {
      const quoted = transport.quoted ? ipPacket(transport.quoted, 0) : Buffer.alloc(8);
      const body = Buffer.concat([Buffer.alloc(8), quoted]);
      body.writeUInt8(transport.type, 0);
      body.writeUInt8(transport.code, 1);
      body.writeUInt16BE(transport.id ?? 0, 4);
      return summed(packet, body, 2);
    }
    case 'sctp': {
      const head = Buffer.alloc(12);
      head.writeUInt16BE(transport.sport, 0);
      head.writeUInt16BE(transport.dport, 2);
      head.writeUInt32BE(transport.content?.tag ?? 0, 4);
      const body = Buffer.concat([head, ...(transport.content?.chunks ?? []).map(chunkBytes)]);
      body.writeUInt32LE((crc32c(body) ^ (packet.badChecksum ? 1 : 0)) >>> 0, 8);
      return body;
    }
    case 'other':
      return packet.protocol === PROTOCOL.gre
        ? Buffer.from('0000080000000000', 'hex')
        : Buffer.alloc(8);
  }
}

/** The packet's body with its checksum, or a wrong one. */
function summed(packet: Packet, body: Buffer, at: number): Buffer {
  const pseudo =
    packet.protocol === PROTOCOL.icmp
      ? Buffer.alloc(0)
      : Buffer.from([
          ...addressBytes(packet.source),
          ...addressBytes(packet.destination),
          0,
          packet.protocol,
          body.length >> 8,
          body.length & 255,
        ]);
  const sum = internetChecksum(Buffer.concat([pseudo, body])) || 0xffff;
  body.writeUInt16BE(packet.badChecksum ? sum ^ 0x0101 : sum, at);
  return body;
}

const NOP = 1;

function segment({ sport, dport, flags, sequence }: TcpHeader): Buffer {
  const options: number[] = [];
  if (sequence?.scale !== undefined && sequence.scale !== null) {
    options.push(NOP, 3, 3, sequence.scale);
  }
  if (sequence?.sackPermitted) options.push(NOP, NOP, 4, 2);
  if (sequence?.sack !== undefined && sequence.sack !== null) {
    const edge = Buffer.alloc(8);
    edge.writeUInt32BE((sequence.sack - 10) >>> 0, 0);
    edge.writeUInt32BE(sequence.sack, 4);
    options.push(NOP, NOP, 5, 10, ...edge);
  }
  const head = Buffer.alloc(20);
  head.writeUInt16BE(sport, 0);
  head.writeUInt16BE(dport, 2);
  head.writeUInt32BE(sequence?.seq ?? 0, 4);
  head.writeUInt32BE(sequence?.ack ?? 0, 8);
  head.writeUInt8(((20 + options.length) / 4) << 4, 12);
  const order = [
    flags.fin,
    flags.syn,
    flags.rst,
    flags.psh,
    flags.ack,
    flags.urg,
    flags.ece,
    flags.cwr,
  ];
  head.writeUInt8(
    order.reduce((sum, set, i) => sum + (set ? 2 ** i : 0), 0),
    13,
  );
  head.writeUInt16BE(sequence?.window ?? 0, 14);
  return Buffer.concat([head, Buffer.from(options), Buffer.alloc(sequence?.payload ?? 0)]);
}

function chunkBytes({ type, reflectedTag, initiateTag }: SctpChunk): Buffer {
  const isInit = type === SCTP_CHUNK.init || type === SCTP_CHUNK.initAck;
  const bytes = Buffer.alloc(isInit ? 20 : 8);
  bytes.writeUInt8(type, 0);
  bytes.writeUInt8(reflectedTag ? 1 : 0, 1);
  bytes.writeUInt16BE(bytes.length, 2);
  if (isInit) bytes.writeUInt32BE(initiateTag ?? 0, 4);
  return bytes;
}
