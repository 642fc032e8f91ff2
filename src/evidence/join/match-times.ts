/** What is known of the way from one clock's times to another's. Seconds. */
export interface Matching {
  /** How far a converted time may be off; null when the two clocks cannot be compared. */
  readonly error: number | null;
}

/** A packet and the place where it is looked for lie no further apart than this. */
const FAR = 2;
/** Candidates that are worth telling. */
const TOLD = 8;

/**
 * Assigns copies of a packet at one place to the copies known from elsewhere, both in the order of time:
 * for each of `ys` the indexes of the `xs` it may be; one index is certain. By nearness when it is clear,
 * by order when none is missing; else all that may be are told.
 */
export function matchTimes(
  xs: readonly number[],
  ys: readonly number[],
  { error }: Matching,
): readonly (readonly number[])[] {
  const all = xs.slice(0, TOLD).map((_, index) => index);
  if (xs.length === 1 && ys.length === 1) {
    const near = error === null || distance(xs, ys, 0) <= FAR + 4 * error;
    return [near ? [0] : []];
  }
  if (error !== null) {
    const nearest = ys.map((y) => nearestOf(xs, y, error));
    const sure = nearest.map((found) => (found.length === 1 ? (found[0] ?? -1) : -1));
    const clear = sure.every(
      (index, at) => index >= 0 && (at === 0 || index > (sure[at - 1] ?? -1)),
    );
    if (clear) return nearest;
    if (xs.length === ys.length && ys.every((_, at) => distance(xs, ys, at) <= FAR + 4 * error)) {
      return ys.map((_, index) => [index]);
    }
    // Two of one place are never one packet.
    const taken = new Map<number, number>();
    for (const index of sure) if (index >= 0) taken.set(index, (taken.get(index) ?? 0) + 1);
    return nearest.map((found) =>
      found.length === 1 && (taken.get(found[0] ?? -1) ?? 0) > 1
        ? around(xs, found[0] ?? 0)
        : found,
    );
  }
  return xs.length === ys.length ? ys.map((_, index) => [index]) : ys.map(() => all);
}

function distance(xs: readonly number[], ys: readonly number[], at: number): number {
  return Math.abs((xs[at] ?? 0) - (ys[at] ?? 0));
}

/** One index when a time is clearly nearest, several when not, none when all are far. */
function nearestOf(xs: readonly number[], y: number, error: number): readonly number[] {
  let low = 0;
  let high = xs.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((xs[middle] ?? 0) < y) low = middle + 1;
    else high = middle;
  }
  const near: { readonly index: number; readonly apart: number }[] = [];
  for (let index = Math.max(0, low - 2); index < Math.min(xs.length, low + 2); index++) {
    near.push({ index, apart: Math.abs((xs[index] ?? 0) - y) });
  }
  const within = near.filter(({ apart }) => apart <= FAR + 4 * error);
  const [first, second] = within.toSorted((a, b) => a.apart - b.apart);
  if (!first) return [];
  if (!second || second.apart > 2 * first.apart + 2 * error) return [first.index];
  const doubtful = within.filter(({ apart }) => apart <= 2 * first.apart + 2 * error);
  return doubtful.map(({ index }) => index);
}

function around(xs: readonly number[], index: number): readonly number[] {
  return [index - 1, index, index + 1].filter((at) => at >= 0 && at < xs.length);
}
