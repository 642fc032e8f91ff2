import { type Outcome, type PacketKind, succeeds } from '../trace/trace.ts';
import type { EvidenceRef, Symptom } from './diagnosis.ts';
import { indexSightings, sameHeaders } from './match-sightings.ts';
import type { ObservedFlow } from './observed-flow.ts';
import { type PredictedSighting, pointKey } from './sighting.ts';

/** How an outcome compares with what was seen. */
export interface Fit {
  readonly supports: readonly EvidenceRef[];
  /** Any of these refutes the outcome. */
  readonly contradictions: readonly EvidenceRef[];
  /** These only count against it: a single packet can be missed or be rate-limited. */
  readonly doubts: readonly EvidenceRef[];
}

/** Packets that are sent again until they are answered: missing all of them is no accident. */
const REPEATED: ReadonlySet<PacketKind> = new Set([
  'syn',
  'syn-ack',
  'datagram',
  'answer',
  'echo-request',
  'echo-reply',
]);

/**
 * Compares the model's prediction with observations, vantage point by vantage point. A packet
 * that was seen must be on the predicted way with the predicted addresses. A packet that is
 * predicted at a device that was captured must have been seen. Of a capture whose node is not known
 * a packet must be predicted at some device. A log proves only what it shows:
 * LOG rules have their own matches and rate limits.
 */
export function compareWithObservations(outcome: Outcome, observed: ObservedFlow): Fit {
  const predicted = indexSightings(outcome);
  const supports = new Map<string, EvidenceRef>();
  const contradictions = new Map<string, EvidenceRef>();
  const doubts = new Map<string, EvidenceRef>();
  for (const seen of observed.sightings) {
    const key = sightingKey(seen);
    const candidates = predicted.at(seen);
    const ref = (shows: string): EvidenceRef => ({ source: seen.source, shows });
    if (candidates.some((candidate) => sameHeaders(outcome, candidate, seen))) {
      if (!supports.has(key)) supports.set(key, ref(`${seen.kind}-seen`));
    } else if (candidates.length > 0) {
      contradictions.set(key, ref(`${seen.kind}-seen-with-other-addresses`));
    } else if (REPEATED.has(seen.kind)) {
      if (!contradictions.has(key)) contradictions.set(key, ref(`${seen.kind}-seen-unpredicted`));
    } else if (seen.kind === 'rst' || seen.kind === 'icmp-error') {
      if (!doubts.has(key)) doubts.set(key, ref(`${seen.kind}-seen-unpredicted`));
    }
  }
  const captured = new Set(
    predicted.all.flatMap(({ point, direction, kind }) =>
      point.kind === 'capture' ? [`${direction} ${kind}`] : [],
    ),
  );
  for (const { direction, kind, source } of observed.unplaced) {
    const key = `${direction} ${kind}`;
    if (captured.has(key)) supports.set(key, { source, shows: `${kind}-seen` });
    else if (REPEATED.has(kind)) {
      contradictions.set(key, { source, shows: `${kind}-seen-unpredicted` });
    }
  }
  const seenKeys = new Set(observed.sightings.map(sightingKey));
  for (const { point, direction, kind } of predicted.all) {
    const coverage = observed.coverage.get(pointKey(point));
    const key = sightingKey({ point, direction, kind });
    if (!coverage || seenKeys.has(key)) continue;
    const absent: EvidenceRef = { source: coverage.sample, shows: `${kind}-not-seen` };
    if (REPEATED.has(kind)) contradictions.set(key, absent);
    else if (coverage.sawAttempt) doubts.set(key, absent);
  }
  return {
    supports: [...supports.values()],
    contradictions: [...contradictions.values()],
    doubts: [...doubts.values()],
  };
}

function sightingKey(sighting: Pick<PredictedSighting, 'point' | 'direction' | 'kind'>): string {
  return `${pointKey(sighting.point)} ${sighting.direction} ${sighting.kind}`;
}

function stalls({ transfer }: Outcome): boolean {
  return transfer?.kind === 'stalled';
}

/** Whether an outcome looks to the client like the symptom that was reported. */
export function fitsSymptom(outcome: Outcome, symptom: Symptom): boolean {
  switch (symptom) {
    case 'works':
      return succeeds(outcome);
    case 'timeout':
      return outcome.client === 'timeout' || stalls(outcome);
    case 'refused':
    case 'reset':
      return outcome.client === 'refused';
    case 'unreachable':
      return outcome.client === 'unreachable' || outcome.client === 'not-permitted';
    case 'intermittent':
      return outcome.client !== 'unknown' && !succeeds(outcome);
    case 'slow':
      return (
        outcome.client === 'connected' &&
        outcome.packets.some(
          ({ disposition }) => disposition === 'dropped' || disposition === 'rejected',
        )
      );
  }
}
