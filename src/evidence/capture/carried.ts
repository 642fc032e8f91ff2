import { PROTOCOL } from '../../packet/protocol.ts';
import type { Encapsulation } from '../observation.ts';
import { u8, u16, u32 } from './cursor.ts';
import type { IpHead } from './ip-head.ts';
import { ETHER_IPV4, ETHER_IPV6, newLinkHead, readEthernet } from './link-layer.ts';

/** Where the IP packet begins that another one carries, and how. */
export interface Carried {
  kind: Encapsulation['kind'];
  vni: number | null;
  at: number;
  end: number;
}

/** IPv6 in anything. */
const PROTOCOL_IPV6 = 41;
const ETHER_FRAME = 0x6558;
/** 8472 is what Linux used before 4789 was assigned, and what flannel still uses. */
const VXLAN_PORTS: ReadonlySet<number> = new Set([4789, 8472]);
const VXLAN_GPE_PORT = 4790;
const GENEVE_PORT = 6081;
/** flannel's udp backend. */
const FLANNEL_UDP_PORT = 8285;

const frame = newLinkHead();

export function newCarried(): Carried {
  return { kind: 'ipip', vni: null, at: 0, end: 0 };
}

/** Whether the packet is a tunnel's and carries an IP packet, which `found` then tells of. */
export function findCarried(data: Uint8Array, head: IpHead, found: Carried): boolean {
  if (head.fragmentOffset > 0) return false;
  found.end = head.end;
  found.vni = null;
  switch (head.protocol) {
    case PROTOCOL.ipip:
    case PROTOCOL_IPV6:
      found.kind = 'ipip';
      found.at = head.payloadAt;
      return head.payloadAt < head.end;
    case PROTOCOL.gre:
      return inGre(data, head, found);
    case PROTOCOL.udp:
      return inUdp(data, head, found);
    default:
      return false;
  }
}

/** Checksum, key and sequence number are optional. RFC 2784, RFC 2890. */
function inGre(data: Uint8Array, head: IpHead, found: Carried): boolean {
  const at = head.payloadAt;
  if (at + 4 > head.end) return false;
  const flags = u16(data, at);
  // Version 1 is PPTP's and carries PPP.
  if ((flags & 7) !== 0) return false;
  const [sum, key, sequence] = [flags & 0x8000, flags & 0x2000, flags & 0x1000];
  found.kind = 'gre';
  found.at = at + 4 + (sum ? 4 : 0) + (key ? 4 : 0) + (sequence ? 4 : 0);
  return isIpBehind(data, u16(data, at + 2), found);
}

function inUdp(data: Uint8Array, head: IpHead, found: Carried): boolean {
  const at = head.payloadAt;
  if (at + 16 > head.end) return false;
  const dport = u16(data, at + 2);
  if (VXLAN_PORTS.has(dport)) {
    if ((u8(data, at + 8) & 0x08) === 0) return false;
    found.kind = 'vxlan';
    found.vni = u32(data, at + 12) >>> 8;
    found.at = at + 16;
    return isIpBehind(data, ETHER_FRAME, found);
  }
  if (dport === VXLAN_GPE_PORT) {
    found.kind = 'vxlan';
    found.vni = u32(data, at + 12) >>> 8;
    found.at = at + 16;
    return isIpBehind(data, GPE_TYPES[u8(data, at + 11)] ?? 0, found);
  }
  if (dport === GENEVE_PORT) {
    const options = (u8(data, at + 8) & 0x3f) * 4;
    if (u8(data, at + 8) >> 6 !== 0) return false;
    found.kind = 'geneve';
    found.vni = u32(data, at + 12) >>> 8;
    found.at = at + 16 + options;
    return isIpBehind(data, u16(data, at + 10), found);
  }
  return (
    (dport === FLANNEL_UDP_PORT || u16(data, at) === FLANNEL_UDP_PORT) &&
    inFlannel(data, head, found)
  );
}

/** RFC draft-ietf-nvo3-vxlan-gpe: the next protocol. */
const GPE_TYPES: Readonly<Record<number, number>> = {
  1: ETHER_IPV4,
  2: ETHER_IPV6,
  3: ETHER_FRAME,
};

/** The port is anybody's: only a payload that is an IP packet of its own length is flannel's. */
function inFlannel(data: Uint8Array, head: IpHead, found: Carried): boolean {
  const at = head.payloadAt + 8;
  const length = u16(data, at + 2);
  if (u8(data, at) >> 4 !== 4 || length < 20) return false;
  found.kind = 'flannel-udp';
  found.at = at;
  return length === u16(data, head.payloadAt + 4) - 8;
}

function isIpBehind(data: Uint8Array, type: number, found: Carried): boolean {
  if (type === ETHER_IPV4 || type === ETHER_IPV6) return found.at < found.end;
  if (type !== ETHER_FRAME || !readEthernet(data, found.at, found.end, frame)) return false;
  found.at = frame.at;
  return frame.etherType === ETHER_IPV4 || frame.etherType === ETHER_IPV6;
}
