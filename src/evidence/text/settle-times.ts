import type { Observation } from '../observation.ts';

const DAY = 86_400;

/**
 * tcpdump's default times have no date and start again at midnight, and those of `-ttt` are the
 * distances between packets. Both are turned into times that grow within a capture. `sums` has by
 * observation the sum of all times that were printed up to it.
 */
export function settleTimes(
  observations: readonly Observation[],
  sums: ReadonlyMap<number, number>,
): readonly Observation[] {
  const byGroup = new Map<string, Observation[]>();
  for (const observation of observations) {
    if (observation.timeBase !== 'day' || observation.vantage.kind !== 'capture') continue;
    const group = byGroup.get(observation.vantage.group);
    if (group) group.push(observation);
    else byGroup.set(observation.vantage.group, [observation]);
  }
  const settled = new Map<number, number>();
  for (const group of byGroup.values()) {
    if (areDistances(group)) accumulate(group, sums, settled);
    else unwrap(group, settled);
  }
  if (settled.size === 0) return observations;
  return observations.map((observation) => {
    const time = settled.get(observation.id);
    return time === undefined ? observation : { ...observation, time };
  });
}

/** `-ttt` starts at 0 and goes back and forth near it. */
function areDistances(group: readonly Observation[]): boolean {
  const times = group.map((observation) => observation.time ?? 0);
  const back = times.filter((time, index) => index > 0 && time < (times[index - 1] ?? 0)).length;
  // Packets of several devices may be out of order, but few are.
  const often = back > 0 && 4 * back >= times.length - 1;
  return times[0] === 0 && often && times.every((time) => time < DAY / 2);
}

/** Frames between the packets, which are no packets or were left out, took their time, too. */
function accumulate(
  group: readonly Observation[],
  sums: ReadonlyMap<number, number>,
  settled: Map<number, number>,
): void {
  const start = sums.get(group[0]?.id ?? -1) ?? 0;
  for (const { id } of group) settled.set(id, (sums.get(id) ?? start) - start);
}

function unwrap(group: readonly Observation[], settled: Map<number, number>): void {
  let days = 0;
  let previous = Number.NEGATIVE_INFINITY;
  for (const observation of group) {
    const time = observation.time ?? 0;
    if (time < previous - DAY / 2) days++;
    previous = time;
    if (days > 0) settled.set(observation.id, time + days * DAY);
  }
}
