import type { Encapsulation, ObservedPacket } from '../../evidence/observation.ts';
import { PROTOCOL } from '../../packet/protocol.ts';
import type { Sighting } from '../report.ts';
import { LINKTYPE_ETHERNET, LINKTYPE_RAW } from './frame.ts';

/** What a tunnel puts before a packet over IPv4, bytes, and how its device's frames begin. */
const TUNNELS = [
  { kind: 'vxlan', ports: [4789, 8472], before: 20 + 8 + 8 + 14, linkType: LINKTYPE_ETHERNET },
  { kind: 'flannel-udp', ports: [8285], before: 20 + 8, linkType: LINKTYPE_RAW },
] as const;

type Carried = Pick<ObservedPacket, 'inner' | 'encapsulation'>;

/**
 * What a tunnel's outer packet carries that was seen on no device, because a rule dropped it where
 * it was sent: the last packet that went into a tunnel device of this namespace and has the
 * length that is left. Null when the packet is no tunnel's or none fits.
 */
export function carriedPacket(
  { protocol, source, dport, length }: ObservedPacket,
  namespace: string,
  sightings: readonly Sighting[],
  before: number,
): Carried | null {
  if (protocol !== PROTOCOL.udp || source.family !== 4 || length === null) return null;
  const tunnel = TUNNELS.find(({ ports }) => ports.some((port) => port === dport));
  if (!tunnel) return null;
  const inside = sightings.findLast(
    (sighting) =>
      sighting.namespace === namespace &&
      sighting.direction === 'out' &&
      sighting.linkType === tunnel.linkType &&
      sighting.time < before &&
      sighting.packet?.length === length - tunnel.before,
  );
  if (!inside?.packet) return null;
  const encapsulation: Encapsulation = { kind: tunnel.kind, vni: null };
  return { inner: inside.packet, encapsulation };
}
