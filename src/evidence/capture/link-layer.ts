import type { ObservedLink } from '../observation.ts';
import { macAt, u8, u16, u32 } from './cursor.ts';
import { LINK } from './link-types.ts';
import { wirelessPayload } from './wireless.ts';

/** What a link header says. A reader fills the same object for every frame. */
export interface LinkHead {
  /** Where the network header begins. */
  at: number;
  etherType: number;
  /** Where the addresses stand; -1 where there are none. */
  sourceMac: number;
  destinationMac: number;
  /** The outermost tag, or -1. */
  vlan: number;
  direction: 'in' | 'out' | null;
  /** The capturing host's number of the device, or 0. */
  ifindex: number;
}

export const ETHER_IPV4 = 0x0800;
export const ETHER_IPV6 = 0x86dd;
const ETHER_PPPOE = 0x8864;
/** A number of ours: management frames and encrypted ones have no EtherType. */
const ETHER_WIRELESS = -1;
const MAX_TAGS = 8;

export function newLinkHead(): LinkHead {
  const nowhere = { sourceMac: -1, destinationMac: -1, vlan: -1 };
  return { at: 0, etherType: 0, ...nowhere, direction: null, ifindex: 0 };
}

/** Link types whose frames are looked into. NFLOG has no link header: see `nflog.ts`. */
export const READ_LINKS: ReadonlySet<number> = new Set(Object.values(LINK));

/** Reads the link header of a frame from `at` to `end`; false when it is too short or unknown. */
export function readLinkHead(
  linkType: number,
  data: Uint8Array,
  at: number,
  end: number,
  head: LinkHead,
): boolean {
  head.sourceMac = -1;
  head.destinationMac = -1;
  head.vlan = -1;
  head.direction = null;
  head.ifindex = 0;
  switch (linkType) {
    case LINK.EN10MB:
      return readEthernet(data, at, end, head);
    case LINK.NULL: // the family in the byte order of the capturing host
    case LINK.LOOP: // the family in network order
      // Its number differs between systems; the IP version tells the same.
      return raw(data, at + 4, end, head);
    case LINK.RAW:
    case LINK.RAW_BSD:
    case LINK.RAW_OPENBSD:
    case LINK.IPV4:
    case LINK.IPV6:
      return raw(data, at, end, head);
    case LINK.LINUX_SLL:
      return cooked(data, at, end, head);
    case LINK.LINUX_SLL2:
      return cooked2(data, at, end, head);
    case LINK.PPP:
    case LINK.PPP_HDLC:
      return ppp(data, at, end, head);
    case LINK.PPP_WITH_DIR:
      head.direction = u8(data, at) === 0 ? 'in' : 'out';
      return ppp(data, at + 1, end, head);
    case LINK.PPP_ETHER:
      return ppp(data, at + 6, end, head);
    case LINK.C_HDLC:
      return at + 4 <= end && network(data, at + 4, end, u16(data, at + 2), head);
    case LINK.IEEE802_11:
      return wireless(data, at, end, head);
    case LINK.IEEE802_11_RADIOTAP:
      return wireless(data, at + (u8(data, at + 2) | (u8(data, at + 3) << 8)), end, head);
    default:
      return false;
  }
}

/** An Ethernet header with any tags; also what VXLAN and Geneve carry. */
export function readEthernet(data: Uint8Array, at: number, end: number, head: LinkHead): boolean {
  if (at + 14 > end) return false;
  head.destinationMac = at;
  head.sourceMac = at + 6;
  return network(data, at + 14, end, u16(data, at + 12), head);
}

/** Goes through VLAN tags, PPPoE, LLC and MPLS labels to the network header. */
function network(
  data: Uint8Array,
  from: number,
  end: number,
  first: number,
  head: LinkHead,
): boolean {
  let at = from;
  let type = first;
  for (let tags = 0; tags < MAX_TAGS; tags++) {
    if (type === 0x8100 || type === 0x88a8 || type === 0x9100) {
      if (at + 4 > end) return false;
      if (head.vlan < 0) head.vlan = u16(data, at) & 0xfff;
      type = u16(data, at + 2);
      at += 4;
    } else if (type < 0x600 && isSnap(data, at, end)) {
      type = u16(data, at + 6);
      at += 8;
    } else break;
  }
  if (type === ETHER_PPPOE) return ppp(data, at + 6, end, head);
  if (type === 0x8847 || type === 0x8848) return labelled(data, at, end, type, head);
  head.at = at;
  head.etherType = type;
  return true;
}

/** IEEE 802.2 with a protocol number behind it. RFC 1042. */
function isSnap(data: Uint8Array, at: number, end: number): boolean {
  return at + 8 <= end && u16(data, at) === 0xaaaa && u32(data, at + 2) >>> 8 === 0x030000;
}

/** Labels do not say what follows the last one; what begins as IP is taken as IP. RFC 3032. */
function labelled(
  data: Uint8Array,
  from: number,
  end: number,
  type: number,
  head: LinkHead,
): boolean {
  let at = from;
  for (let labels = 0; labels < MAX_TAGS && at + 4 < end; labels++) {
    const isLast = (u8(data, at + 2) & 1) === 1;
    at += 4;
    if (isLast) break;
  }
  const version = at < end ? u8(data, at) >> 4 : 0;
  head.at = at;
  head.etherType = version === 4 ? ETHER_IPV4 : version === 6 ? ETHER_IPV6 : type;
  return true;
}

function raw(data: Uint8Array, at: number, end: number, head: LinkHead): boolean {
  if (at >= end) return false;
  head.at = at;
  head.etherType = u8(data, at) >> 4 === 6 ? ETHER_IPV6 : ETHER_IPV4;
  return true;
}

/** Address and control field may be left out, and the protocol's first byte too. RFC 1661, 1662. */
function ppp(data: Uint8Array, from: number, end: number, head: LinkHead): boolean {
  const at = u16(data, from) === 0xff03 ? from + 2 : from;
  if (at + 2 > end) return false;
  const short = u8(data, at) & 1;
  const protocol = short ? u8(data, at) : u16(data, at);
  head.at = at + (short ? 1 : 2);
  if (protocol === 0x281 || protocol === 0x283) return labelled(data, head.at, end, 0x8847, head);
  head.etherType = protocol === 0x21 ? ETHER_IPV4 : protocol === 0x57 ? ETHER_IPV6 : ETHER_PPPOE;
  return true;
}

/** Packet type 4 is sent by us. Linux: PACKET_OUTGOING. */
function cooked(data: Uint8Array, at: number, end: number, head: LinkHead): boolean {
  if (at + 16 > end) return false;
  if (u16(data, at + 4) === 6) head.sourceMac = at + 6;
  head.direction = u16(data, at) === 4 ? 'out' : 'in';
  return network(data, at + 16, end, u16(data, at + 14), head);
}

function cooked2(data: Uint8Array, at: number, end: number, head: LinkHead): boolean {
  if (at + 20 > end) return false;
  if (u8(data, at + 11) === 6) head.sourceMac = at + 12;
  head.direction = u8(data, at + 10) === 4 ? 'out' : 'in';
  head.ifindex = u32(data, at + 4);
  return network(data, at + 20, end, u16(data, at), head);
}

function wireless(data: Uint8Array, at: number, end: number, head: LinkHead): boolean {
  if (at + 24 > end) return false;
  const payload = wirelessPayload(data, at);
  if (payload < 0 || !isSnap(data, payload, end)) {
    head.at = end;
    head.etherType = ETHER_WIRELESS;
    return true;
  }
  return network(data, payload + 8, end, u16(data, payload + 6), head);
}

/** The link header as an observation has it; null where the frame shows nothing of it. */
export function observedLink(data: Uint8Array, head: LinkHead): ObservedLink | null {
  if (head.sourceMac < 0 && head.destinationMac < 0 && head.vlan < 0) return null;
  return {
    sourceMac: head.sourceMac < 0 ? null : macAt(data, head.sourceMac),
    destinationMac: head.destinationMac < 0 ? null : macAt(data, head.destinationMac),
    vlan: head.vlan < 0 ? null : head.vlan,
  };
}
