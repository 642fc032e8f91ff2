import { u16, u32 } from '../../evidence/capture/cursor.ts';
import { readIpPacket } from '../../evidence/capture/ip-packet.ts';
import {
  ETHER_IPV6,
  newLinkHead,
  observedLink,
  readLinkHead,
} from '../../evidence/capture/link-layer.ts';
import type { Sighting } from '../report.ts';

const ETHER_ARP = 0x0806;
const ARP_REQUEST = 1;
const NEIGHBOUR_SOLICITATION = 135;

/**
 * Whether a frame means that a flow is still going on: every IP packet but the kernel's own
 * multicast (`isBackground`), and a question for a neighbour, for a packet waits for the answer or for
 * the failure. Such questions end after `mcast_solicit`. Answers, probes of known neighbours,
 * announcements of oneself (gratuitous ARP, duplicate address detection), router solicitations and
 * multicast listener reports do not count: they go on by themselves when devices come up.
 */
export function countsAsActivity({ packet, frame, linkType }: Sighting): boolean {
  if (packet) return true;
  const bytes = Buffer.from(frame, 'hex');
  const link = newLinkHead();
  if (!readLinkHead(linkType, bytes, 0, bytes.length, link)) return false;
  if (link.etherType === ETHER_ARP) {
    const isBroadcast = observedLink(bytes, link)?.destinationMac === 'ff:ff:ff:ff:ff:ff';
    return isBroadcast && asksByArp(bytes, link.at);
  }
  return link.etherType === ETHER_IPV6 && solicits(bytes.subarray(link.at));
}

function asksByArp(bytes: Uint8Array, at: number): boolean {
  return u16(bytes, at + 6) === ARP_REQUEST && u32(bytes, at + 14) !== u32(bytes, at + 24);
}

/** A neighbour solicitation to a multicast address, from an address that is in use. */
function solicits(bytes: Uint8Array): boolean {
  const packet = readIpPacket(bytes);
  if (!packet || packet.icmp?.type !== NEIGHBOUR_SOLICITATION) return false;
  const { source, destination } = packet;
  return (
    source.family === 6 &&
    source.bits !== 0n &&
    destination.family === 6 &&
    isMulticast(destination.bits)
  );
}

function isMulticast(bits: bigint): boolean {
  return bits >> 120n === 0xffn;
}
