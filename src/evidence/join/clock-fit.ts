import { type Point, robustLine } from './robust-line.ts';

/** How clock b differs from clock a, by packets that both saw. Seconds. */
export interface ClockFit {
  /** Clock b minus clock a at `at`. */
  readonly difference: number;
  /** Half of the interval that the packets leave open at `at`. */
  readonly error: number;
  /** How much faster b runs; null when the packets lie too close together to tell. */
  readonly drift: number | null;
  readonly driftError: number | null;
  /** On clock a. */
  readonly at: number;
}

/** A quartz is off by at most some hundred millionths. */
const MOST_DRIFT = 1e-3;
/** With less time between the first and the last packet a drift is noise. */
const LEAST_SPAN = 10;
/** Beyond it a difference is no delay but another packet. */
const OUTLIER_SPREADS = 30;
const LEAST_OUTLIER = 0.005;

/**
 * The straight line between what packets there and back allow: nothing is seen at b before it
 * was at a, nor the other way, so that each packet bounds the line from one side. The widest
 * strip without points is the answer; its width is the error.
 */
export function fitClocks(there: readonly Point[], back: readonly Point[]): ClockFit | null {
  const { forth, home } = withoutOutliers(there, back);
  if (forth.length === 0 || home.length === 0) return null;
  const all = [...forth, ...home];
  const first = all.reduce((least, { x }) => Math.min(least, x), Number.POSITIVE_INFINITY);
  const last = all.reduce((most, { x }) => Math.max(most, x), Number.NEGATIVE_INFINITY);
  const at = (first + last) / 2;
  const above = hull(centred(forth, at), 1);
  const below = hull(centred(home, at), -1);
  const bounds = (slope: number): { readonly low: number; readonly high: number } => ({
    high: above.reduce(
      (least, { x, y }) => Math.min(least, y - slope * x),
      Number.POSITIVE_INFINITY,
    ),
    low: below.reduce((most, { x, y }) => Math.max(most, y - slope * x), Number.NEGATIVE_INFINITY),
  });
  const width = (slope: number): number => {
    const { low, high } = bounds(slope);
    return high - low;
  };
  const long = last - first >= LEAST_SPAN && all.length > 4;
  const drift = long ? widest(width) : 0;
  const { low, high } = bounds(drift);
  return {
    difference: (low + high) / 2,
    error: Math.abs(high - low) / 2,
    drift: long ? drift : null,
    driftError: long ? slack(width, drift) : null,
    at,
  };
}

function withoutOutliers(
  there: readonly Point[],
  back: readonly Point[],
): { readonly forth: readonly Point[]; readonly home: readonly Point[] } {
  const line = robustLine([...there, ...back]);
  if (!line || there.length + back.length < 8) return { forth: there, home: back };
  const limit = Math.max(LEAST_OUTLIER, OUTLIER_SPREADS * line.spread);
  const near = ({ x, y }: Point): boolean =>
    Math.abs(y - line.value - line.slope * (x - line.at)) <= limit;
  return { forth: there.filter(near), home: back.filter(near) };
}

function centred(points: readonly Point[], at: number): readonly Point[] {
  return points.map(({ x, y }) => ({ x: x - at, y }));
}

/** The points of the lower (1) or upper (-1) convex hull: no line under or over all needs others. */
function hull(points: readonly Point[], side: 1 | -1): readonly Point[] {
  const kept: Point[] = [];
  for (const point of points.toSorted((a, b) => a.x - b.x || side * (a.y - b.y))) {
    for (;;) {
      const [b, a] = [kept.at(-1), kept.at(-2)];
      if (!a || !b || side * turn(a, b, point) > 0) break;
      kept.pop();
    }
    kept.push(point);
  }
  return kept;
}

function turn(a: Point, b: Point, c: Point): number {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/** The slope of the widest strip: the width is a concave function of the slope. */
function widest(width: (slope: number) => number): number {
  let low = -MOST_DRIFT;
  let high = MOST_DRIFT;
  for (let round = 0; round < 60; round++) {
    const third = (high - low) / 3;
    if (width(low + third) < width(high - third)) low += third;
    else high -= third;
  }
  return (low + high) / 2;
}

/** How far the slope may go either way before the strip closes. */
function slack(width: (slope: number) => number, drift: number): number {
  if (width(drift) <= 0) return 0;
  const reach = (sign: 1 | -1): number => {
    let open = 0;
    let closed = MOST_DRIFT * 2;
    for (let round = 0; round < 60; round++) {
      const middle = (open + closed) / 2;
      if (width(drift + sign * middle) > 0) open = middle;
      else closed = middle;
    }
    return open;
  };
  return (reach(1) + reach(-1)) / 2;
}
