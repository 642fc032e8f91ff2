import { u8, u16 } from './cursor.ts';

/** Where the parts of an IP packet stand. A reader fills the same object for every packet. */
export interface IpHead {
  version: 4 | 6;
  at: number;
  /** What the payload is; behind the extension headers of IPv6. */
  protocol: number;
  payloadAt: number;
  /** Where the captured part of the payload ends. */
  end: number;
  /** What the payload measured on the wire, however much of it was captured. */
  payloadLength: number;
  /** Bytes; 0 for a packet that is whole or a first fragment. */
  fragmentOffset: number;
  /** Whether the packet is one of several fragments. */
  isFragment: boolean;
  /** Where the fragment header of IPv6 stands, or -1. */
  fragmentHeader: number;
}

export function newIpHead(): IpHead {
  const places = { at: 0, payloadAt: 0, end: 0, payloadLength: 0 };
  const fragment = { fragmentOffset: 0, isFragment: false, fragmentHeader: -1 };
  return { version: 4, protocol: 0, ...places, ...fragment };
}

/** Reads the headers of the packet at `at`; false when not even its addresses were captured. */
export function readIpHead(data: Uint8Array, at: number, end: number, head: IpHead): boolean {
  if (at >= end) return false;
  const version = u8(data, at) >> 4;
  head.at = at;
  head.fragmentHeader = -1;
  if (version === 4) return readIpv4(data, at, end, head);
  return version === 6 && readIpv6(data, at, end, head);
}

function readIpv4(data: Uint8Array, at: number, end: number, head: IpHead): boolean {
  const headerLength = (u8(data, at) & 15) * 4;
  if (at + 20 > end || headerLength < 20) return false;
  const length = u16(data, at + 2);
  const fragment = u16(data, at + 6);
  head.version = 4;
  head.protocol = u8(data, at + 9);
  head.payloadAt = at + headerLength;
  // Segmentation offload leaves 0 in the length field; an Ethernet frame may be padded.
  head.end = Math.max(head.payloadAt, length === 0 ? end : Math.min(end, at + length));
  head.payloadLength =
    length === 0 ? head.end - head.payloadAt : Math.max(0, length - headerLength);
  if (head.end > end) head.end = end;
  head.fragmentOffset = (fragment & 0x1fff) * 8;
  head.isFragment = (fragment & 0x3fff) !== 0;
  return true;
}

function readIpv6(data: Uint8Array, at: number, end: number, head: IpHead): boolean {
  if (at + 40 > end) return false;
  const length = u16(data, at + 4);
  head.version = 6;
  // A jumbogram and segmentation offload leave 0 in the length field.
  const stop = length === 0 ? end : Math.min(end, at + 40 + length);
  skipExtensions(data, at, stop, head);
  head.end = Math.max(head.payloadAt, stop);
  const whole = length === 0 ? stop : at + 40 + length;
  head.payloadLength = Math.max(0, whole - head.payloadAt);
  if (head.end > end) head.end = end;
  return true;
}

const HOP_BY_HOP = 0;
const ROUTING = 43;
const FRAGMENT = 44;
const DESTINATION = 60;
const MOBILITY = 135;
const MAX_HEADERS = 16;

/** Hop-by-hop, routing, destination options, mobility and fragment. RFC 8200 4. */
function skipExtensions(data: Uint8Array, start: number, end: number, head: IpHead): void {
  let protocol = u8(data, start + 6);
  let at = start + 40;
  head.fragmentOffset = 0;
  head.isFragment = false;
  for (let count = 0; count < MAX_HEADERS && at + 8 <= end; count++) {
    if (protocol === FRAGMENT) {
      const field = u16(data, at + 2);
      head.fragmentHeader = at;
      head.fragmentOffset = field & 0xfff8;
      head.isFragment = (field & 0xfff9) !== 0;
      protocol = u8(data, at);
      at += 8;
      // The headers behind it are those of the whole packet's first fragment.
      if (head.fragmentOffset > 0) break;
    } else if (
      protocol === HOP_BY_HOP ||
      protocol === ROUTING ||
      protocol === DESTINATION ||
      protocol === MOBILITY
    ) {
      protocol = u8(data, at);
      at += 8 * (u8(data, at + 1) + 1);
    } else break;
  }
  head.protocol = protocol;
  head.payloadAt = at;
}
