import { type Fields, maskOf } from './fields.ts';
import type { Sighting } from './sighting.ts';
import type { Tuple } from './tuple.ts';

/** Sightings that show the same fields with the same ends: one packet, or copies of it. */
export interface Atom {
  readonly fields: Fields;
  readonly tuple: Tuple;
  /** In reading order. */
  readonly sightings: Sighting[];
}

/** Groups sightings by all that they show. One walk: equal ones meet in a table. */
export function atomsOf(sightings: readonly Sighting[]): readonly Atom[] {
  const atoms = new Map<string, Atom>();
  for (const sighting of sightings) {
    const { fields, tuple, observation } = sighting;
    const { traceId, group } = observation.vantage;
    const traced = traceId === null ? '' : `#${group} ${traceId}`;
    const key = `${fields.join('|')}${tuple.key}${traced}`;
    const atom = atoms.get(key);
    if (atom) atom.sightings.push(sighting);
    else atoms.set(key, { fields, tuple, sightings: [sighting] });
  }
  return [...atoms.values()];
}

/** How many fields a format shows: what shows more is joined first. */
export function richness({ fields }: Atom): number {
  let count = 0;
  for (let mask = maskOf(fields); mask !== 0; mask &= mask - 1) count++;
  return count;
}

/** The first and last time of sightings on each clock. */
export type Spans = Map<string, { first: number; last: number }>;

export function widen(spans: Spans, sightings: readonly Sighting[]): void {
  for (const { observation } of sightings) {
    const { clock, time } = observation;
    if (time === null) continue;
    const span = spans.get(clock);
    if (!span) spans.set(clock, { first: time, last: time });
    else if (time < span.first) span.first = time;
    else if (time > span.last) span.last = time;
  }
}

/** A packet crosses a node at once; what returns later on the same clock is another one. */
export const SAME_CLOCK_SECONDS = 5;
/** Clocks may be an hour apart and drift; beyond that a number has come round. */
const OTHER_CLOCK_SECONDS = 7200;

/** Whether the times of two sets of sightings allow that they have a packet in common. */
export function mayMeet(a: Spans, b: Spans): boolean {
  let common = false;
  for (const [clock, { first, last }] of a) {
    const other = b.get(clock);
    if (!other) continue;
    common = true;
    if (first - other.last <= SAME_CLOCK_SECONDS && other.first - last <= SAME_CLOCK_SECONDS) {
      return true;
    }
  }
  if (common) return false;
  for (const [clock, { first, last }] of a) {
    if (!clock.endsWith('@epoch')) continue;
    for (const [other, span] of b) {
      if (!other.endsWith('@epoch')) continue;
      const apart = Math.max(first - span.last, span.first - last);
      if (apart > OTHER_CLOCK_SECONDS) return false;
    }
  }
  return true;
}
