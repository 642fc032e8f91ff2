import type { Conversation, Journey } from '../../evidence.ts';
import type { Direction, Fact } from '../../fact.ts';
import { type Observation, subject } from '../../observation.ts';
import { DIRECTIONS, flowView, stationOf } from './flow-view.ts';
import type { Watched } from './watched.ts';

type LostAfter = Extract<Fact, { kind: 'lost-after' }>;

/** A fact with the place where others went on. */
export interface Lost {
  readonly fact: LostAfter;
  readonly next: Observation;
}

/** The way of the packet that was seen at most places. */
export interface Way {
  readonly stations: ReadonlyMap<string, number>;
  readonly sightings: readonly Observation[];
}

export type Ways = Readonly<Record<Direction, Way | null>>;

export function waysOf(conversations: readonly Pick<Conversation, 'journeys' | 'replies'>[]): Ways {
  const views = conversations.map(flowView);
  const longest = (direction: Direction): Way | null => {
    let best: Way | null = null;
    for (const view of views) {
      for (const journey of view[direction]) {
        if (journey.sightings.length <= (best?.sightings.length ?? 0)) continue;
        const way = wayOf(journey);
        if (way.sightings.length > (best?.sightings.length ?? 0)) best = way;
      }
    }
    return best;
  };
  return { original: longest('original'), reply: longest('reply') };
}

function wayOf({ sightings }: Journey): Way {
  const stations = new Map<string, number>();
  const kept: Observation[] = [];
  for (const sighting of sightings) {
    const station = stationOf(sighting);
    if (station === null || stations.has(station)) continue;
    stations.set(station, kept.length);
    kept.push(sighting);
  }
  return { stations, sightings: kept };
}

/** Packets that end where another packet went on: of the conversation, else of those further away. */
export function lostPackets(
  conversation: Pick<Conversation, 'journeys' | 'replies'>,
  ways: readonly (readonly [by: LostAfter['by'], ways: Ways])[],
  whole: ReadonlySet<number>,
  watched: Watched,
): readonly Lost[] {
  const facts = new Map<string, Lost & { readonly journeys: number[] }>();
  const view = flowView(conversation);
  for (const direction of DIRECTIONS) {
    for (const journey of view[direction]) {
      // What was cut into pieces, or is one, goes on under other numbers.
      if (whole.has(journey.id)) continue;
      let by: LostAfter['by'] = 'conversation';
      let found: ReturnType<typeof endOn> = null;
      for (const [whose, way] of ways) {
        found = endOn(journey, way[direction]);
        by = whose;
        if (found) break;
      }
      if (!found || !watched(found.next.vantage.group, found.last)) continue;
      const key = `${direction} ${found.next.id} ${by}`;
      const known = facts.get(key);
      if (known) known.journeys.push(journey.id);
      else {
        const journeys = [journey.id];
        const { last, next } = found;
        const place = { last: last.id, next: next.id };
        facts.set(key, {
          journeys,
          next,
          fact: { kind: 'lost-after', direction, journeys, ...place, by },
        });
      }
    }
  }
  return [...facts.values()];
}

function endOn(
  { sightings }: Journey,
  way: Way | null,
): { readonly last: Observation; readonly next: Observation } | null {
  if (!way) return null;
  let furthest = -1;
  let last: Observation | null = null;
  for (const sighting of sightings) {
    const station = stationOf(sighting);
    const at = station === null ? undefined : way.stations.get(station);
    if (at !== undefined && at >= furthest) [furthest, last] = [at, sighting];
  }
  const next = way.sightings[furthest + 1];
  if (!last || !next) return null;
  // A place beside the way is no end: somebody saw it further on.
  const end = sightings.at(-1);
  if (end && stationOf(end) !== null && stationOf(end) !== stationOf(last)) return null;
  return { last, next };
}

/** Large packets that must not be fragmented are lost where smaller ones pass. */
export function lostBySize(
  conversation: Pick<Conversation, 'journeys' | 'replies'>,
  lost: readonly Lost[],
): readonly Fact[] {
  const view = flowView(conversation);
  const byId = new Map(conversation.journeys.map((journey) => [journey.id, journey]));
  return lost.flatMap(({ fact: { direction, journeys, last }, next }): Fact[] => {
    const station = stationOf(next);
    const missing = journeys.flatMap((id) => byId.get(id) ?? []);
    const sizes = missing.map(unfragmentedLength);
    const smallest = sizes.reduce<number | null>(
      (least, size) => (size === null || least === null ? null : Math.min(least, size)),
      Number.POSITIVE_INFINITY,
    );
    if (smallest === null || missing.length < 2) return [];
    const ids = new Set(journeys);
    const passed = view[direction]
      .filter(
        ({ id, sightings }) => !ids.has(id) && sightings.some((s) => stationOf(s) === station),
      )
      .map(lengthOf)
      .filter((size) => size !== null);
    const largest = passed.reduce((most, size) => Math.max(most, size), 0);
    if (largest === 0 || largest >= smallest) return [];
    const told = tellingError(view.reply, view.original, direction);
    return [
      { kind: 'large-lost', direction, passed: largest, lost: smallest, journeys, last, told },
    ];
  });
}

/** Null when a router may fragment it, or its size is not shown. */
function unfragmentedLength(journey: Journey): number | null {
  const fixed = journey.sightings.some(({ packet }) => {
    const { source, dontFragment } = subject(packet);
    return source.family === 6 || dontFragment === true;
  });
  return fixed ? lengthOf(journey) : null;
}

function lengthOf({ sightings }: Journey): number | null {
  for (const { packet } of sightings) {
    const { length } = subject(packet);
    if (length !== null) return length;
  }
  return null;
}

/** ICMP fragmentation needed, ICMPv6 packet too big. They travel against what they are about. */
function tellingError(
  replies: readonly Journey[],
  originals: readonly Journey[],
  direction: Direction,
): number | null {
  const candidates = direction === 'original' ? replies : originals;
  const found = candidates.find(({ sightings }) =>
    sightings.some(({ packet }) => {
      const { icmp, protocol } = subject(packet);
      return icmp && (protocol === 1 ? icmp.type === 3 && icmp.code === 4 : icmp.type === 2);
    }),
  );
  return found?.id ?? null;
}
