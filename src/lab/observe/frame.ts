import { readIpPacket } from '../../evidence/capture/ip-packet.ts';
import {
  ETHER_IPV4,
  ETHER_IPV6,
  newLinkHead,
  readLinkHead,
} from '../../evidence/capture/link-layer.ts';
import type { ObservedPacket } from '../../evidence/observation.ts';
import { PROTOCOL } from '../../packet/protocol.ts';
import type { Sighting } from '../report.ts';

export const LINKTYPE_ETHERNET = 1;
export const LINKTYPE_RAW = 101;

/** ARPHRD_* numbers of devices whose frames begin with an Ethernet header. */
const ARPHRD_ETHER = 1;
const ARPHRD_LOOPBACK = 772;

/** How a device's frames begin, from `sll_hatype`. TUN, IPIP and the like have no link header. */
export function linkTypeOf(hardware: number): Sighting['linkType'] {
  const ethernet = hardware === ARPHRD_ETHER || hardware === ARPHRD_LOOPBACK;
  return ethernet ? LINKTYPE_ETHERNET : LINKTYPE_RAW;
}

/** The IP packet of a frame; null when it carries none or belongs to no flow (`isBackground`). */
export function packetOf(frame: Uint8Array, linkType: Sighting['linkType']): ObservedPacket | null {
  const link = newLinkHead();
  if (!readLinkHead(linkType, frame, 0, frame.length, link)) return null;
  if (link.etherType !== ETHER_IPV4 && link.etherType !== ETHER_IPV6) return null;
  const packet = readIpPacket(frame, link.at);
  return packet && !isBackground(packet) ? packet : null;
}

/**
 * What a kernel sends by itself because a device came up or a neighbour is wanted: IPv6 multicast
 * listener reports and neighbour discovery (ICMPv6 130-137, 143; the reports begin with hop-by-hop
 * options, behind which a trace does not look), and IGMP.
 */
export function isBackground({ protocol, icmp, source }: ObservedPacket): boolean {
  if (source.family === 4) return protocol === PROTOCOL_IGMP;
  if (protocol === HOP_BY_HOP) return true;
  if (protocol !== PROTOCOL.icmpv6 || !icmp) return false;
  return (icmp.type >= 130 && icmp.type <= 137) || icmp.type === 143;
}

const PROTOCOL_IGMP = 2;
const HOP_BY_HOP = 0;

/** The EtherType of an IP packet. */
export function etherTypeOf({ source }: ObservedPacket): number {
  return source.family === 4 ? ETHER_IPV4 : ETHER_IPV6;
}
