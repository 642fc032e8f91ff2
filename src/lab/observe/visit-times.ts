import type { ObservedPacket } from '../../evidence/observation.ts';
import type { Sighting, Visit } from '../report.ts';
import { carriedPacket } from './carried-packet.ts';
import type { TimelessVisit } from './hook-record.ts';
import { packetKey } from './packet-key.ts';

/** A visit with its place among the sightings. */
export interface TimedVisit {
  readonly visit: Visit;
  /** The packet on the device by which it left; null when it never did. */
  readonly departure: Sighting | null;
  /** It was read after this time and before that. */
  readonly after: number;
  readonly before: number;
}

/**
 * Gives visits times. The kernel tells their order only; the sighting of the same packet on the
 * device it came in by was earlier, that on the device it leaves by is later, and each was read
 * between two known times. A visit stands as early as these bounds and the visits before it allow,
 * only the first of a packet that is sent here as late as its departure allows.
 */
export function timeVisits(
  visits: readonly TimelessVisit[],
  sightings: readonly Sighting[],
): readonly TimedVisit[] {
  const anchors = new Anchors(sightings);
  const anchored = visits.map((visit) => ({ visit, ...anchors.of(visit) }));
  const latest = latestTimes(anchored);
  let time = 0;
  return anchored.map(({ visit, arrival, departure }, i) => {
    const { after, before, ...rest } = visit;
    const earliest = Math.max(time + 1, after, (arrival?.time ?? 0) + 1);
    const begins = visit.hook === 'output' && visit.edge === 'first';
    time = begins && departure ? Math.max(earliest, latest[i] ?? 0) : earliest;
    const seen = arrival ?? departure;
    const packet = seen
      ? completed(rest.packet, seen)
      : { ...rest.packet, ...carriedPacket(rest.packet, rest.namespace, sightings, before) };
    return { visit: { ...rest, time, packet }, departure, after, before };
  });
}

interface Anchored {
  readonly visit: TimelessVisit;
  readonly arrival: Sighting | null;
  readonly departure: Sighting | null;
}

/** For each visit the latest time that leaves a nanosecond for each that follows. */
function latestTimes(anchored: readonly Anchored[]): readonly number[] {
  const latest: number[] = [];
  let bound = Number.POSITIVE_INFINITY;
  for (const [back, { visit, departure }] of anchored.toReversed().entries()) {
    bound = Math.min(bound, visit.before, departure?.time ?? bound) - 1;
    latest[anchored.length - 1 - back] = bound;
  }
  return latest;
}

/** Sightings of one packet on one device in one direction: a packet that comes again has the next. */
interface Passages {
  readonly sightings: Sighting[];
  next: number;
}

class Anchors {
  readonly #passages = new Map<string, Passages>();

  constructor(sightings: readonly Sighting[]) {
    for (const sighting of sightings) {
      this.#add(sighting, sighting.device);
      this.#add(sighting, null);
    }
  }

  /** Asked for each visit in order: a first visit begins a passage in, a last one ends one out. */
  of(visit: TimelessVisit): Pick<Anchored, 'arrival' | 'departure'> {
    const { hook, edge, iif, oif } = visit;
    const arrivals = iif === null ? undefined : this.#find('in', visit, iif);
    if (arrivals && hook === 'prerouting' && edge === 'first') arrivals.next++;
    const arrived = arrivals?.sightings;
    const departures = oif === null ? undefined : this.#find('out', visit, oif);
    const departure = departures?.sightings[departures.next] ?? null;
    if (departures && hook === 'postrouting' && edge === 'last') departures.next++;
    return { arrival: arrived?.[(arrivals?.next ?? 0) - 1] ?? arrived?.at(-1) ?? null, departure };
  }

  #add(sighting: Sighting, device: string | null): void {
    const { direction, packet } = sighting;
    if (!packet) return;
    const key = passageKey(direction, { ...sighting, packet }, device);
    const known = this.#passages.get(key);
    if (known) known.sightings.push(sighting);
    else this.#passages.set(key, { sightings: [sighting], next: 0 });
  }

  /** A bridged packet meets the hooks with the bridge's name and is seen on the ports only. */
  #find(direction: 'in' | 'out', visit: TimelessVisit, device: string): Passages | undefined {
    return (
      this.#passages.get(passageKey(direction, visit, device)) ??
      this.#passages.get(passageKey(direction, visit, null))
    );
  }
}

function passageKey(
  direction: 'in' | 'out',
  { namespace, packet }: { readonly namespace: string; readonly packet: ObservedPacket },
  device: string | null,
): string {
  return `${direction} ${packetKey(packet)} ${device ?? ''} ${namespace}`;
}

/** A trace has the first bytes only: what the packet carries or quotes is the sighting's. */
function completed(packet: ObservedPacket, { packet: whole }: Sighting): ObservedPacket {
  if (!whole) return packet;
  const { inner, encapsulation } = whole;
  const icmp = packet.icmp && { ...packet.icmp, quoted: whole.icmp?.quoted ?? null };
  return { ...packet, inner, encapsulation, icmp };
}
