/** What a user-space relay does with the bytes of an IPv4 packet. */

const ICMP_DEST_UNREACH = 3;
const ICMP_NET_UNREACH = 0;
const FRAGMENT_OFFSET = 0x1fff;

/** Takes one off the TTL and mends the checksum; false when the packet's life ends here. */
export function passedOn(packet: Buffer): boolean {
  const ttl = packet.readUInt8(8) - 1;
  if (ttl <= 0) return false;
  packet.writeUInt8(ttl, 8);
  packet.writeUInt16BE(0, 10);
  packet.writeUInt16BE(checksum(packet.subarray(0, headerLength(packet))), 10);
  return true;
}

/**
 * The ICMP error for a packet without a next hop, quoting its header and 8 bytes; null for a later
 * fragment. TTL 8 and the rest as flannel's send_net_unreachable() makes it.
 */
export function netUnreachable(packet: Buffer, source: number): Buffer | null {
  if ((packet.readUInt16BE(6) & FRAGMENT_OFFSET) !== 0) return null;
  const quoted = packet.subarray(0, headerLength(packet) + 8);
  const answer = Buffer.alloc(28 + quoted.length);
  answer.writeUInt8(0x45, 0);
  answer.writeUInt16BE(answer.length, 2);
  answer.writeUInt8(8, 8);
  answer.writeUInt8(1, 9);
  answer.writeUInt32BE(source, 12);
  packet.copy(answer, 16, 12, 16);
  answer.writeUInt16BE(checksum(answer.subarray(0, 20)), 10);
  answer.writeUInt8(ICMP_DEST_UNREACH, 20);
  answer.writeUInt8(ICMP_NET_UNREACH, 21);
  quoted.copy(answer, 28);
  answer.writeUInt16BE(checksum(answer.subarray(20)), 22);
  return answer;
}

/** The Internet checksum of bytes whose own checksum field is zero (RFC 1071). */
export function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    sum += i + 1 < bytes.length ? bytes.readUInt16BE(i) : bytes.readUInt8(i) << 8;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >> 16);
  return ~sum & 0xffff;
}

function headerLength(packet: Buffer): number {
  return (packet.readUInt8(0) & 0x0f) * 4;
}
