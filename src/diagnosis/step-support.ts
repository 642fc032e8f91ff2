import type { CounterDelta } from '../evidence/counter.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { Outcome } from '../trace/trace.ts';
import { countersOf } from './counters.ts';
import type { StepSupport } from './diagnosis.ts';
import { indexSightings, sameHeaders } from './match-sightings.ts';
import type { ObservedFlow } from './observed-flow.ts';

/** What the steps of one packet rest on, and the line that shows each observed one. */
export interface PacketSupport {
  readonly steps: readonly StepSupport[];
  readonly seen: ReadonlyMap<number, SourceRef>;
}

/**
 * Says of every step whether it was observed. Steps before an observed one are inferred: the
 * packet could not have been seen later otherwise, and an earlier packet must have come through
 * for a later one to exist.
 */
export function supportOf(
  outcome: Outcome,
  observed: ObservedFlow,
  counters: readonly CounterDelta[],
): readonly PacketSupport[] {
  const seen = outcome.packets.map(() => new Map<number, SourceRef>());
  const predicted = indexSightings(outcome);
  for (const sighting of observed.sightings) {
    const candidates = predicted.at(sighting);
    // A capture somewhere on the node shows a step only when no other step could be meant.
    if (sighting.point.kind === 'capture-somewhere' && candidates.length > 1) continue;
    for (const candidate of candidates) {
      const steps = seen[candidate.packet];
      if (!steps || steps.has(candidate.step)) continue;
      if (sameHeaders(outcome, candidate, sighting)) steps.set(candidate.step, sighting.source);
    }
  }
  outcome.packets.forEach((packet, index) => {
    const counted = counters.find(
      ({ node, counter, delta }) =>
        delta > 0 && node === packet.at?.node && countersOf(packet.dropReason).includes(counter),
    );
    if (counted) seen[index]?.set(packet.steps.length - 1, counted.source);
  });
  const lastSeenPacket = seen.findLastIndex((steps) => steps.size > 0);
  return outcome.packets.map((packet, index): PacketSupport => {
    const own = seen[index] ?? new Map<number, SourceRef>();
    const last = index < lastSeenPacket ? packet.steps.length : Math.max(-1, ...own.keys());
    return {
      seen: own,
      steps: packet.steps.map((_step, step) => {
        if (own.has(step)) return 'observed';
        return step < last ? 'inferred' : 'modelled';
      }),
    };
  });
}
