import { bytesOf } from '../../evidence/capture/cursor.ts';
import { readLink } from '../../evidence/capture/link-layer.ts';
import type { Sighting } from '../report.ts';

const ETHER_ARP = 0x0806;
const REQUEST = 1;

/**
 * Whether a frame means that a flow is still going on: every IP packet but the kernel's own
 * multicast (`isBackground`), and an ARP request that is broadcast for an address of somebody else,
 * for a packet waits for the answer or for the failure. Such requests end after `mcast_solicit`;
 * answers, probes of known neighbours and announcements of oneself do not count, nor does IPv6's
 * neighbour discovery, which goes on by itself when devices come up.
 */
export function countsAsActivity({ packet, frame, linkType }: Sighting): boolean {
  if (packet) return true;
  const bytes = bytesOf(Buffer.from(frame, 'hex'));
  const link = readLink(linkType, bytes);
  if (link?.etherType !== ETHER_ARP || link.link?.destinationMac !== 'ff:ff:ff:ff:ff:ff')
    return false;
  const sender = bytes.u32(link.at + 14);
  const target = bytes.u32(link.at + 24);
  return bytes.u16(link.at + 6) === REQUEST && sender !== target;
}
