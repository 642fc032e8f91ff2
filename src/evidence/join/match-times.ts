/** What is known of the way from one clock's times to another's. */
export interface Matching {
  /** How far a converted time may be off, in seconds; null when the two clocks cannot be compared. */
  readonly error: number | null;
}

/** Of which packets a sighting may be. */
export interface Match {
  /** Indexes; none: it is of none of them. */
  readonly candidates: readonly number[];
  readonly sure: boolean;
}

/** Two sightings of one packet lie no further apart; a retransmission comes later (TCP_RTO_MIN is 0.2 s). */
const NEAR = 0.1;
/** Nothing is so long on its way. */
const FAR = 2;
/** Candidates that are worth telling. */
const TOLD = 8;

const NONE: Match = { candidates: [], sure: true };

/**
 * Assigns copies of a packet at one place to the copies known from elsewhere, both in the order of
 * time: of which of the `xs` each of the `ys` may be. By nearness when it is clear, by order when
 * none is missing; else all that may be are told.
 */
export function matchTimes(
  xs: readonly number[],
  ys: readonly number[],
  { error }: Matching,
): readonly Match[] {
  if (xs.length === 0) return ys.map(() => NONE);
  if (error === null) {
    if (xs.length === ys.length) return ys.map((_, index) => certain(index));
    const all = xs.slice(0, TOLD).map((_, index) => index);
    return ys.map(() => ({ candidates: all, sure: false }));
  }
  const nearest = ys.map((y) => nearestOf(xs, y, error));
  if (inOrder(nearest)) return nearest;
  const apart = (at: number): number => Math.abs((xs[at] ?? 0) - (ys[at] ?? 0));
  if (xs.length === ys.length && ys.every((_, at) => apart(at) <= NEAR + 4 * error)) {
    return ys.map((_, index) => certain(index));
  }
  return withoutRivals(xs, ys, nearest, error);
}

function certain(index: number): Match {
  return { candidates: [index], sure: true };
}

/** Each has one of its own, in the order of time. */
function inOrder(matches: readonly Match[]): boolean {
  let before = -1;
  for (const { candidates, sure } of matches) {
    const [index] = candidates;
    if (!sure || index === undefined || index <= before) return false;
    before = index;
  }
  return true;
}

/** Two sightings of one place are never one packet: the clearly nearer one has it, or it is open. */
function withoutRivals(
  xs: readonly number[],
  ys: readonly number[],
  matches: readonly Match[],
  error: number,
): readonly Match[] {
  const claims = new Map<number, number[]>();
  matches.forEach(({ candidates, sure }, at) => {
    const [index] = candidates;
    if (!sure || index === undefined) return;
    const list = claims.get(index);
    if (list) list.push(at);
    else claims.set(index, [at]);
  });
  const settled = [...matches];
  for (const [index, claimants] of claims) {
    if (claimants.length < 2) continue;
    const apart = (at: number): number => Math.abs((ys[at] ?? 0) - (xs[index] ?? 0));
    const [first = -1, second = -1] = claimants.toSorted((a, b) => apart(a) - apart(b));
    const clear = apart(second) > 2 * apart(first) + 2 * error;
    for (const at of claimants) {
      settled[at] = clear
        ? at === first
          ? certain(index)
          : NONE
        : { candidates: [index], sure: false };
    }
  }
  return settled;
}

/** The nearest one, sure when it is clearly so; none when all are far. */
function nearestOf(xs: readonly number[], y: number, error: number): Match {
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
  const [first] = within.toSorted((a, b) => a.apart - b.apart);
  if (!first) return NONE;
  const doubtful = within.filter(({ apart }) => apart <= 2 * first.apart + 2 * error);
  const sure = doubtful.length === 1 && first.apart <= NEAR + 4 * error;
  return { candidates: doubtful.map(({ index }) => index), sure };
}
