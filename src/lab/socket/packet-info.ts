import { addressBytes, addressText, parsedAddress } from './sockaddr.ts';

/** Control messages that carry the local address of a datagram: ip(7) IP_PKTINFO, ipv6(7). */

const IPPROTO_IP = 0;
const IP_PKTINFO = 8;
const IPPROTO_IPV6 = 41;
const IPV6_PKTINFO = 50;

/** struct cmsghdr: length (8), level (4), type (4); data is padded to 8. */
const HEADER = 16;

/** The address that a received datagram was sent to; null when no control message tells. */
export function packetInfo(control: Buffer): { readonly address: string } | null {
  let at = 0;
  while (at + HEADER <= control.length) {
    const length = Number(control.readBigUInt64LE(at));
    if (length < HEADER) return null;
    const level = control.readInt32LE(at + 8);
    const type = control.readInt32LE(at + 12);
    const data = control.subarray(at + HEADER, at + length);
    // struct in_pktinfo: ifindex, ipi_spec_dst, ipi_addr; struct in6_pktinfo: address, ifindex.
    if (level === IPPROTO_IP && type === IP_PKTINFO)
      return { address: addressText(data.subarray(8, 12)) };
    if (level === IPPROTO_IPV6 && type === IPV6_PKTINFO)
      return { address: addressText(data.subarray(0, 16)) };
    at += Math.ceil(length / 8) * 8;
  }
  return null;
}

/** A control message that makes a datagram leave from this address; the route decides the device. */
export function packetInfoFor(address: string): Buffer {
  const parsed = parsedAddress(address);
  const size = parsed.family === 4 ? 12 : 20;
  const control = Buffer.alloc(HEADER + Math.ceil(size / 8) * 8);
  control.writeBigUInt64LE(BigInt(HEADER + size), 0);
  control.writeInt32LE(parsed.family === 4 ? IPPROTO_IP : IPPROTO_IPV6, 8);
  control.writeInt32LE(parsed.family === 4 ? IP_PKTINFO : IPV6_PKTINFO, 12);
  addressBytes(parsed).copy(control, parsed.family === 4 ? HEADER + 4 : HEADER);
  return control;
}
