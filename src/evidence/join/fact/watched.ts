import type { Conversation } from '../../evidence.ts';
import type { Observation } from '../../observation.ts';
import type { Correction } from '../clocks.ts';

/** Whether a log or capture had begun when a packet came by elsewhere. */
export type Watched = (group: string, sighting: Observation) => boolean;

/** A packet is on its way no longer. */
const SECONDS = 1;

/** By the first thing that each log or capture shows; where clocks cannot be compared it had. */
export function watchedSince(
  conversations: readonly Pick<Conversation, 'journeys'>[],
  corrections: ReadonlyMap<string, Correction>,
): Watched {
  const timeOf = ({ clock, time }: Observation): { at: number; on: string } | null => {
    const correction = corrections.get(clock);
    return time === null || !correction ? null : { at: correction.apply(time), on: correction.to };
  };
  const firsts = new Map<string, { at: number; on: string }>();
  for (const { journeys } of conversations) {
    for (const { sightings } of journeys) {
      for (const sighting of sightings) {
        const time = timeOf(sighting);
        const first = firsts.get(sighting.vantage.group);
        if (time && (!first || time.at < first.at)) firsts.set(sighting.vantage.group, time);
      }
    }
  }
  return (group, sighting) => {
    const first = firsts.get(group);
    const time = timeOf(sighting);
    return !first || !time || first.on !== time.on || time.at >= first.at - SECONDS;
  };
}
