import type { ObservedLink } from '../observation.ts';
import { type Bytes, formatMac } from './cursor.ts';

/** What a link header says; the numbers are LINKTYPE_* of tcpdump.org/linktypes.html. */
export interface LinkFrame {
  /** Where the network header begins. */
  readonly at: number;
  readonly etherType: number;
  readonly link: ObservedLink | null;
  readonly direction: 'in' | 'out' | null;
}

export const ETHER_IPV4 = 0x0800;
export const ETHER_IPV6 = 0x86dd;
const VLAN_TYPES = new Set([0x8100, 0x88a8, 0x9100]);
const MAX_TAGS = 4;

/** Null for a link type that is not known or a frame that is too short. */
export function readLink(linkType: number, frame: Bytes): LinkFrame | null {
  switch (linkType) {
    case 0: // NULL: the family in the byte order of the capturing host
    case 108: // LOOP: the family in network order
      return loopback(frame);
    case 1:
      return ethernet(frame, 0);
    case 12: // RAW as numbered on some systems
    case 14:
    case 101:
    case 228: // IPV4
    case 229: // IPV6
      return raw(frame, 0);
    case 113:
      return cooked(frame);
    case 276:
      return cooked2(frame);
    default:
      return null;
  }
}

/** An Ethernet header with any VLAN tags; also what VXLAN carries. */
export function ethernet(frame: Bytes, at: number): LinkFrame | null {
  const type = frame.u16(at + 12);
  if (type === null) return null;
  const macs = {
    destinationMac: formatMac(frame.raw(at, at + 6)),
    sourceMac: formatMac(frame.raw(at + 6, at + 12)),
  };
  return untagged(frame, at + 14, type, macs);
}

function untagged(
  frame: Bytes,
  from: number,
  firstType: number,
  macs: Omit<ObservedLink, 'vlan'>,
): LinkFrame | null {
  let at = from;
  let type = firstType;
  let vlan: number | null = null;
  for (let tags = 0; VLAN_TYPES.has(type) && tags < MAX_TAGS; tags++) {
    const tag = frame.u16(at);
    const next = frame.u16(at + 2);
    if (tag === null || next === null) return null;
    vlan ??= tag & 0xfff;
    type = next;
    at += 4;
  }
  return { at, etherType: type, link: { ...macs, vlan }, direction: null };
}

function raw(frame: Bytes, at: number): LinkFrame | null {
  const first = frame.u8(at);
  if (first === null) return null;
  const etherType = first >> 4 === 6 ? ETHER_IPV6 : ETHER_IPV4;
  return { at, etherType, link: null, direction: null };
}

/** The family's number differs between systems; the IP version tells the same. */
function loopback(frame: Bytes): LinkFrame | null {
  return raw(frame, 4);
}

/** LINUX_SLL: packet type 4 is sent by us. */
function cooked(frame: Bytes): LinkFrame | null {
  const packetType = frame.u16(0);
  const type = frame.u16(14);
  if (packetType === null || type === null) return null;
  const length = frame.u16(4) ?? 0;
  const sourceMac = length === 6 ? formatMac(frame.raw(6, 12)) : null;
  const link = untagged(frame, 16, type, { sourceMac, destinationMac: null });
  return link && { ...link, direction: packetType === 4 ? 'out' : 'in' };
}

function cooked2(frame: Bytes): LinkFrame | null {
  const type = frame.u16(0);
  const packetType = frame.u8(10);
  if (type === null || packetType === null) return null;
  const sourceMac = frame.u8(11) === 6 ? formatMac(frame.raw(12, 18)) : null;
  const link = untagged(frame, 20, type, { sourceMac, destinationMac: null });
  return link && { ...link, direction: packetType === 4 ? 'out' : 'in' };
}
