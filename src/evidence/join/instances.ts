import { SAME_CLOCK_SECONDS } from './atoms.ts';
import { contradict, type Fields, isNumbered, together } from './fields.ts';
import { matchTimes } from './match-times.ts';
import type { RoughClocks } from './rough-clocks.ts';
import { byTime, type Sighting } from './sighting.ts';

/** One packet with all sightings of it. */
export interface Instance {
  fields: Fields;
  readonly sightings: Sighting[];
  readonly places: Set<string>;
  /** Told apart from its copies by order and time. */
  byOrder: boolean;
}

/** A sighting that may be of several packets. */
export interface Doubt {
  readonly sighting: Sighting;
  readonly candidates: readonly Instance[];
}

export interface Split {
  readonly instances: readonly Instance[];
  readonly doubts: readonly Doubt[];
}

/** Linux: TCP_RTO_MIN. A copy at one capture point within it is no retransmission. */
const RETRANSMISSION_SECONDS = 0.2;

function newInstance(sightings: readonly Sighting[]): Instance {
  const instance: Instance = {
    fields: sightings[0]?.fields ?? [],
    sightings: [],
    places: new Set(),
    byOrder: false,
  };
  for (const sighting of sightings) addSighting(instance, sighting);
  return instance;
}

export function addSighting(instance: Instance, sighting: Sighting): void {
  instance.fields = together(instance.fields, sighting.fields);
  instance.sightings.push(sighting);
  instance.places.add(sighting.place);
}

/**
 * Sightings that show the same may be a packet and its retransmissions, which a place sees one
 * after the other. The place that saw most says how many there are; the others' sightings are
 * assigned to those by time, where the clocks can be compared, and by order.
 */
export function splitCopies(sightings: readonly Sighting[], clocks: RoughClocks): Split {
  const visits = visitsByPlace(sightings);
  const anchor = anchorOf(visits);
  if (!anchor) return { instances: [], doubts: [] };
  const instances = anchor.map((visit) => newInstance(visit));
  const doubts: Doubt[] = [];
  const others = [...visits.values()].filter((list) => list !== anchor);
  // What saw more is assigned first; those on the anchor's own clock are the surest.
  const clock = anchor[0]?.[0]?.observation.clock;
  const rank = (list: readonly Visit[]): number =>
    list.length * 2 + (list[0]?.[0]?.observation.clock === clock ? 1 : 0);
  for (const list of others.toSorted((a, b) => rank(b) - rank(a))) {
    assign(list, instances, clocks, doubts, anchor.length > 1);
  }
  return { instances, doubts };
}

/** A packet at one place: one sighting, or copies of one packet. */
type Visit = readonly Sighting[];

function visitsByPlace(sightings: readonly Sighting[]): ReadonlyMap<string, readonly Visit[]> {
  const places = new Map<string, Sighting[]>();
  for (const sighting of sightings) {
    const place = places.get(sighting.place);
    if (place) place.push(sighting);
    else places.set(sighting.place, [sighting]);
  }
  const visits = new Map<string, readonly Visit[]>();
  for (const [place, list] of places) visits.set(place, foldCopies(list));
  return visits;
}

function foldCopies(list: readonly Sighting[]): readonly Visit[] {
  if (list.length < 2) return [list];
  const visits: Sighting[][] = [];
  for (const sighting of list.toSorted(byTime)) {
    const before = visits.at(-1);
    const last = before?.at(-1);
    if (before && last && isCopy(last, sighting)) before.push(sighting);
    else visits.push([sighting]);
  }
  return visits;
}

/** A packet may be printed twice at one place: by two rules with one prefix, by a bridge. */
function isCopy(a: Sighting, b: Sighting): boolean {
  if (!isNumbered(a.fields)) return false;
  const [x, y] = [a.observation, b.observation];
  if (x.time === null || y.time === null) return x.vantage.kind === 'log';
  const apart = Math.abs(y.time - x.time);
  return apart < (x.vantage.kind === 'log' ? SAME_CLOCK_SECONDS : RETRANSMISSION_SECONDS);
}

/** The place with most visits; of those, one with exact times. */
function anchorOf(visits: ReadonlyMap<string, readonly Visit[]>): readonly Visit[] | null {
  let best: readonly Visit[] | null = null;
  let most = -1;
  for (const list of visits.values()) {
    const first = list[0]?.[0]?.observation;
    const exact = first?.time != null && !Number.isInteger(first.time);
    const rank = list.length * 4 + (exact ? 2 : 0) + (first?.vantage.kind === 'capture' ? 1 : 0);
    if (rank > most) [best, most] = [list, rank];
  }
  return best;
}

function assign(
  list: readonly Visit[],
  instances: Instance[],
  clocks: RoughClocks,
  doubts: Doubt[],
  copies: boolean,
): void {
  const found = matchInstances(list, instances, clocks);
  found.forEach(({ candidates, sure }, index) => {
    const visit = list[index];
    if (!visit) return;
    const [only] = candidates;
    if (only && sure) {
      for (const sighting of visit) addSighting(only, sighting);
      if (copies) only.byOrder = true;
      return;
    }
    instances.push(newInstance(visit));
    for (const sighting of visit) if (only) doubts.push({ sighting, candidates });
  });
}

/** The packets that a visit may be of. */
export interface InstanceMatch {
  readonly candidates: readonly Instance[];
  readonly sure: boolean;
}

/**
 * Of which instances each visit at one place may be. The instances must all be possible by their headers; those that
 * the place saw already are not.
 */
export function matchInstances(
  list: readonly Visit[],
  instances: readonly Instance[],
  clocks: RoughClocks,
): readonly InstanceMatch[] {
  const first = list[0]?.[0];
  if (!first) return [];
  const { clock } = first.observation;
  const free = instances.filter(
    (instance) => !instance.places.has(first.place) && !contradict(instance.fields, first.fields),
  );
  const timed = list.every((visit) => visit[0]?.observation.time != null);
  const here = timed ? orderOn(clock, free, clocks) : null;
  const ordered = here ?? orderAmongThemselves(free, clocks);
  if (!ordered) return list.map(() => ({ candidates: free.slice(0, TOLD), sure: false }));
  const error = here ? Math.max(0, ...here.map((each) => each.error)) : null;
  const xs = ordered.map(({ time }) => time);
  const ys = list.map((visit) => visit[0]?.observation.time ?? 0);
  return matchTimes(xs, ys, { error }).map(({ candidates, sure }) => ({
    candidates: candidates.flatMap((index) => ordered[index]?.instance ?? []),
    sure,
  }));
}

/** Candidates that are worth telling. */
const TOLD = 8;

interface Timed {
  readonly instance: Instance;
  readonly time: number;
  readonly error: number;
}

/** In the order of time on a clock; null when some were not seen by a clock that can be compared. */
function orderOn(
  clock: string,
  instances: readonly Instance[],
  clocks: RoughClocks,
): readonly Timed[] | null {
  const timed: Timed[] = [];
  for (const instance of instances) {
    const at = timeOn(clock, instance, clocks);
    if (!at) return null;
    timed.push({ instance, ...at });
  }
  return timed.toSorted((a, b) => a.time - b.time);
}

/** In the order of time on a clock of their own, when they lie far enough apart to have one. */
function orderAmongThemselves(
  instances: readonly Instance[],
  clocks: RoughClocks,
): readonly Timed[] | null {
  const [first, ...others] = instances;
  if (!first) return [];
  if (others.length === 0) return [{ instance: first, time: 0, error: 0 }];
  const clock = first.sightings.find(({ observation }) => observation.time !== null)?.observation
    .clock;
  const ordered = clock === undefined ? null : orderOn(clock, instances, clocks);
  const clear = ordered?.every(({ time, error }, at) => {
    const before = ordered[at - 1];
    return !before || time - before.time > 2 * Math.max(error, before.error);
  });
  return clear ? ordered : null;
}

function timeOn(
  clock: string,
  instance: Instance,
  clocks: RoughClocks,
): { readonly time: number; readonly error: number } | null {
  let best: { readonly time: number; readonly error: number } | null = null;
  for (const { observation } of instance.sightings) {
    const { time } = observation;
    if (time === null) continue;
    const at = clocks.convert(time, observation.clock, clock);
    if (at && (best === null || at.error < best.error)) best = at;
    if (best && observation.clock === clock) return best;
  }
  return best;
}
