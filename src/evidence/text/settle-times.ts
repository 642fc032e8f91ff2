import type { Observation } from '../observation.ts';

const DAY = 86_400;

/**
 * tcpdump's default times have no date and start again at midnight, and those of `-ttt` are the
 * distances between packets. Both are turned into times that grow within a capture.
 */
export function settleTimes(observations: readonly Observation[]): readonly Observation[] {
  const byGroup = new Map<string, Observation[]>();
  for (const observation of observations) {
    if (observation.timeBase !== 'day' || observation.vantage.kind !== 'capture') continue;
    const group = byGroup.get(observation.vantage.group);
    if (group) group.push(observation);
    else byGroup.set(observation.vantage.group, [observation]);
  }
  const settled = new Map<number, number>();
  for (const group of byGroup.values()) {
    if (areDistances(group)) accumulate(group, settled);
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
  const back = times.some((time, index) => index > 0 && time < (times[index - 1] ?? 0));
  return times[0] === 0 && back && times.every((time) => time < DAY / 2);
}

function accumulate(group: readonly Observation[], settled: Map<number, number>): void {
  let sum = 0;
  for (const observation of group) {
    sum += observation.time ?? 0;
    settled.set(observation.id, sum);
  }
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
