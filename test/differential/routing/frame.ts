import { type Packet, ports } from '../../../src/packet/packet.ts';

/** An Ethernet frame with an IPv4 packet of UDP, TCP or ICMP; its payload fills `length`. */
export function ethernetFrame(packet: Packet, destinationMac: string): Buffer {
  const header = `${destinationMac.replaceAll(':', '')}0200000000990800`;
  return Buffer.concat([Buffer.from(header, 'hex'), ipPacket(packet)]);
}

function ipPacket(packet: Packet): Buffer {
  const ip = Buffer.alloc(packet.length);
  ip.writeUInt8(0x45, 0);
  ip.writeUInt8(packet.tos, 1);
  ip.writeUInt16BE(packet.length, 2);
  ip.writeUInt16BE(packet.dontFragment ? 0x4000 : 0, 6);
  ip.writeUInt8(packet.ttl, 8);
  ip.writeUInt8(packet.protocol, 9);
  ip.writeUInt32BE(Number(packet.source.bits), 12);
  ip.writeUInt32BE(Number(packet.destination.bits), 16);
  ip.writeUInt16BE(checksum(ip.subarray(0, 20)), 10);
  const body = ip.subarray(20);
  const { transport } = packet;
  switch (transport.kind) {
    case 'udp': {
      const { sport, dport } = ports(packet);
      body.writeUInt16BE(sport, 0);
      body.writeUInt16BE(dport, 2);
      // A checksum of 0 means that there is none.
      body.writeUInt16BE(body.length, 4);
      break;
    }
    case 'tcp': {
      const { flags } = transport;
      body.writeUInt16BE(transport.sport, 0);
      body.writeUInt16BE(transport.dport, 2);
      // Each side starts at 1000, and acknowledges the other's first byte.
      body.writeUInt32BE(transport.sequence?.seq ?? (flags.syn ? 1000 : 1001), 4);
      body.writeUInt32BE(flags.ack ? 1001 : 0, 8);
      body.writeUInt8(0x50, 12);
      const bits = [flags.fin, flags.syn, flags.rst, flags.psh, flags.ack, flags.urg];
      body.writeUInt8(
        bits.reduce((sum, set, i) => sum + (set ? 2 ** i : 0), 0),
        13,
      );
      body.writeUInt16BE(64240, 14);
      const pseudo = Buffer.alloc(12);
      ip.copy(pseudo, 0, 12, 20);
      pseudo.writeUInt8(packet.protocol, 9);
      pseudo.writeUInt16BE(body.length, 10);
      body.writeUInt16BE(checksum(Buffer.concat([pseudo, body])), 16);
      break;
    }
    case 'icmp':
      body.writeUInt8(transport.type, 0);
      body.writeUInt8(transport.code, 1);
      body.writeUInt16BE(transport.id ?? 0, 4);
      if (transport.quoted) ipPacket(transport.quoted).copy(body, 8);
      body.writeUInt16BE(checksum(body), 2);
      break;
    case 'sctp':
    case 'other':
      throw new Error(`no frame for ${transport.kind}`);
  }
  return ip;
}

/** The Internet checksum of RFC 1071; the field itself must be 0. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += (bytes[i] ?? 0) * 256 + (bytes[i + 1] ?? 0);
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}
