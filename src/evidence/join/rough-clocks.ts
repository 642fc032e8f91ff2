import { type Line, type Point, robustLine } from './robust-line.ts';
import type { Sighting } from './sighting.ts';

/** Translates times between clocks well enough to tell copies of a packet apart. */
export interface RoughClocks {
  /** Null when no packets connect the two. `error` in seconds. */
  readonly convert: (
    time: number,
    from: string,
    to: string,
  ) => { readonly time: number; readonly error: number } | null;
}

/** Points of one pair of clocks: enough for a line. */
const MOST_POINTS = 4096;

/**
 * Compares clocks by packets that are certainly one. Which way they went does not matter here: a
 * delay makes the comparison less exact, by less than copies of a packet lie apart.
 */
export function roughClocks(packets: Iterable<readonly Sighting[]>): RoughClocks {
  const pairs = new Map<string, Map<string, Point[]>>();
  const whole = new Map<string, boolean>();
  for (const sightings of packets) {
    const times = new Map<string, number>();
    for (const { observation } of sightings) {
      const { clock, time } = observation;
      if (time === null) continue;
      whole.set(clock, (whole.get(clock) ?? true) && Number.isInteger(time));
      if (!times.has(clock)) times.set(clock, time);
    }
    if (times.size < 2) continue;
    for (const [a, x] of times) {
      for (const [b, y] of times) if (a < b) note(pairs, a, b, { x, y: y - x });
    }
  }
  const lines = new Map<string, Map<string, Line>>();
  for (const [a, others] of pairs) {
    for (const [b, points] of others) {
      const line = robustLine(points);
      if (!line) continue;
      put(lines, a, b, line);
      // y = x + d(x) the other way: x = y - d(x), and d changes by parts in a million only.
      const { value, slope, at, spread } = line;
      put(lines, b, a, { value: 0 - value, slope: 0 - slope, at: at + value, spread });
    }
  }
  const resolution = (clock: string): number => (whole.get(clock) ? 1 : 0);
  const known = new Map<string, readonly (readonly [clock: string, line: Line])[] | null>();
  const wayOf = (from: string, to: string): readonly (readonly [string, Line])[] | null => {
    const key = `${from} ${to}`;
    const way = known.get(key);
    if (way !== undefined) return way;
    const found = shortest(lines, from, to);
    known.set(key, found);
    return found;
  };
  const convert: RoughClocks['convert'] = (time, from, to) => {
    const coarse = resolution(from) + resolution(to);
    if (from === to) return { time, error: resolution(from) };
    const way = wayOf(from, to);
    if (!way) return null;
    let at = time;
    let error = coarse;
    for (const [, line] of way) {
      at += line.value + line.slope * (at - line.at);
      error += line.spread + 0.00001;
    }
    return { time: at, error };
  };
  return { convert };
}

function note(pairs: Map<string, Map<string, Point[]>>, a: string, b: string, point: Point): void {
  const others = pairs.get(a) ?? new Map<string, Point[]>();
  pairs.set(a, others);
  const points = others.get(b);
  if (!points) others.set(b, [point]);
  else if (points.length < MOST_POINTS) points.push(point);
  // Later ones take the place of earlier ones, so that the whole time is covered.
  else points[Math.floor(Math.abs(point.x) * 1000) % MOST_POINTS] = point;
}

function put(lines: Map<string, Map<string, Line>>, from: string, to: string, line: Line): void {
  const others = lines.get(from) ?? new Map<string, Line>();
  lines.set(from, others);
  others.set(to, line);
}

/** The fewest comparisons from one clock to another. */
function shortest(
  lines: ReadonlyMap<string, ReadonlyMap<string, Line>>,
  from: string,
  to: string,
): readonly (readonly [string, Line])[] | null {
  const ways = new Map<string, readonly (readonly [string, Line])[]>([[from, []]]);
  const queue = [from];
  for (const clock of queue) {
    if (clock === to) break;
    for (const [next, line] of lines.get(clock) ?? []) {
      if (ways.has(next)) continue;
      ways.set(next, [...(ways.get(clock) ?? []), [next, line]]);
      queue.push(next);
    }
  }
  return ways.get(to) ?? null;
}
