import { CLOCK_MONOTONIC, CLOCK_REALTIME, clockTime } from './system-calls.ts';

/**
 * What to add to a CLOCK_REALTIME time (packet sockets) for CLOCK_MONOTONIC (the trace buffer, and
 * reports), nanoseconds. Of several readings the one that was interrupted least.
 */
export function realToMonotonic(): bigint {
  let best = { span: Number.POSITIVE_INFINITY, offset: 0n };
  for (let reading = 0; reading < 5; reading++) {
    const before = clockTime(CLOCK_MONOTONIC);
    const real = clockTime(CLOCK_REALTIME);
    const after = clockTime(CLOCK_MONOTONIC);
    const span = Number(after - before);
    if (span < best.span) best = { span, offset: (before + after) / 2n - real };
  }
  return best.offset;
}

/** Nanoseconds of CLOCK_MONOTONIC, exact for 104 days of uptime and to 2 ns for 208. */
export function now(): number {
  return Number(clockTime(CLOCK_MONOTONIC));
}
