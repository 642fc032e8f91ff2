/** A straight line through most of the points, whatever the others do. */
export interface Line {
  /** The value at `at`. */
  readonly value: number;
  readonly slope: number;
  readonly at: number;
  /** Half of the points lie nearer than this. */
  readonly spread: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Theil-Sen looks at pairs of points: so many points are enough. */
const SAMPLE = 64;
/** Below this span of time a slope is noise. Seconds. */
const LEAST_SPAN = 10;

/** The medians of slopes and of heights (Theil-Sen): up to 29 % of wrong points do not matter. */
export function robustLine(points: readonly Point[]): Line | null {
  if (points.length === 0) return null;
  const step = Math.max(1, points.length / SAMPLE);
  const sorted = points.toSorted((a, b) => a.x - b.x);
  const sample: Point[] = [];
  for (let at = 0; at < sorted.length; at += step) {
    const point = sorted[Math.floor(at)];
    if (point) sample.push(point);
  }
  const span = (sorted.at(-1)?.x ?? 0) - (sorted[0]?.x ?? 0);
  const slope = span < LEAST_SPAN || sample.length < 3 ? 0 : slopeOf(sample, span);
  const at = median(sample.map(({ x }) => x));
  const value = median(sample.map(({ x, y }) => y - slope * (x - at)));
  const spread = median(sample.map(({ x, y }) => Math.abs(y - value - slope * (x - at))));
  return { value, slope, at, spread };
}

function slopeOf(sample: readonly Point[], span: number): number {
  const slopes: number[] = [];
  for (const [index, a] of sample.entries()) {
    for (const b of sample.slice(index + 1)) {
      // Near points tell their noise only.
      if (b.x - a.x > span / 4) slopes.push((b.y - a.y) / (b.x - a.x));
    }
  }
  return slopes.length === 0 ? 0 : median(slopes);
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? 0;
}
