import { formatAddress } from '../packet/address.ts';
import type { Packet } from '../packet/packet.ts';
import type { Outcome, PacketKind } from '../trace/trace.ts';
import type { EvidenceRef, Symptom } from './diagnosis.ts';
import type { ObservedFlow, ObservedSighting } from './observed-flow.ts';
import { type PredictedSighting, pointKey, predictedSightings } from './sighting.ts';

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
 * predicted at a device that was captured must have been seen. A log proves only what it shows:
 * LOG rules have their own matches and rate limits.
 */
export function compareWithObservations(outcome: Outcome, observed: ObservedFlow): Fit {
  const predicted = predictedSightings(outcome);
  const byPoint = new Map<string, PredictedSighting[]>();
  for (const sighting of predicted) {
    const key = sightingKey(sighting);
    const list = byPoint.get(key);
    if (list) list.push(sighting);
    else byPoint.set(key, [sighting]);
  }
  const supports = new Map<string, EvidenceRef>();
  const contradictions = new Map<string, EvidenceRef>();
  const doubts = new Map<string, EvidenceRef>();
  for (const seen of observed.sightings) {
    const key = sightingKey(seen);
    const candidates = byPoint.get(key) ?? [];
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
  const seenKeys = new Set(observed.sightings.map(sightingKey));
  for (const { point, direction, kind } of predicted) {
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

/** A log rule runs before or after the rule that rewrites the packet in the same table. */
function sameHeaders(
  outcome: Outcome,
  predicted: PredictedSighting,
  seen: ObservedSighting,
): boolean {
  const after = innermostPacket(predicted.headers);
  const addresses = {
    saddr: formatAddress(after.source),
    daddr: formatAddress(after.destination),
  };
  const saw = {
    saddr: formatAddress(seen.packet.source),
    daddr: formatAddress(seen.packet.destination),
  };
  if (addresses.saddr === saw.saddr && addresses.daddr === saw.daddr) return true;
  if (predicted.point.kind !== 'log') return false;
  const packet = outcome.packets[predicted.packet];
  const neighbours = [packet?.steps[predicted.step], packet?.steps[predicted.step + 1]];
  return neighbours.some((step) => {
    const before = { ...addresses };
    const here = { ...addresses };
    for (const change of step?.diff ?? []) {
      if (change.field !== 'saddr' && change.field !== 'daddr') continue;
      before[change.field] = change.before;
      here[change.field] = change.after;
    }
    return (
      (before.saddr === saw.saddr && before.daddr === saw.daddr) ||
      (here.saddr === saw.saddr && here.daddr === saw.daddr)
    );
  });
}

function innermostPacket(packet: Packet): Packet {
  return packet.inner ? innermostPacket(packet.inner.packet) : packet;
}

/** Whether an outcome looks to the client like the symptom that was reported. */
export function fitsSymptom(outcome: Outcome, symptom: Symptom): boolean {
  switch (symptom) {
    case 'works':
      return outcome.client === 'connected';
    case 'timeout':
      return outcome.client === 'timeout';
    case 'refused':
    case 'reset':
      return outcome.client === 'refused';
    case 'unreachable':
      return outcome.client === 'unreachable' || outcome.client === 'not-permitted';
    case 'intermittent':
      return outcome.client !== 'connected' && outcome.client !== 'unknown';
    case 'slow':
      return (
        outcome.client === 'connected' &&
        outcome.packets.some(
          ({ disposition }) => disposition === 'dropped' || disposition === 'rejected',
        )
      );
  }
}
