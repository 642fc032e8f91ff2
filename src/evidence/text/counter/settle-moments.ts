import type { CounterReading } from '../../counter.ts';

/**
 * Of a counter that one text shows several times without a word on when, the first reading is
 * that of before and the last that of after.
 */
export function settleMoments(readings: readonly CounterReading[]): readonly CounterReading[] {
  const seen = new Map<string, { readonly first: number; last: number }>();
  readings.forEach((reading, at) => {
    if (reading.moment !== null) return;
    const key = `${reading.device}/${reading.counter}`;
    const known = seen.get(key);
    if (known) known.last = at;
    else seen.set(key, { first: at, last: at });
  });
  const moments = new Map<number, CounterReading['moment']>();
  for (const { first, last } of seen.values()) {
    if (first === last) continue;
    moments.set(first, 'before');
    moments.set(last, 'after');
  }
  if (moments.size === 0) return readings;
  return readings.map((reading, at) => {
    const moment = moments.get(at);
    return moment ? { ...reading, moment } : reading;
  });
}
