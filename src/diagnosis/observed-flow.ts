import { type Observation, type ObservedPacket, subject } from '../evidence/observation.ts';
import type { NetnsRef } from '../packet/place.ts';
import { PROTOCOL } from '../packet/protocol.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { PacketKind } from '../trace/trace.ts';
import type { Attempt } from './attempt.ts';
import { type Point, pointKey } from './sighting.ts';

/** Which namespace of the network an observation was made in, or null when that is not known. */
export type Places = (observation: Observation) => NetnsRef | null;

export interface ObservedSighting {
  readonly point: Point;
  readonly direction: 'original' | 'reply';
  readonly kind: PacketKind;
  readonly packet: ObservedPacket;
  /** The device that a log line shows as the outgoing one. */
  readonly oif: string | null;
  /** Seen inside another packet. */
  readonly carried: boolean;
  readonly source: SourceRef;
}

/** What was captured at one device while the attempt ran. */
export interface Coverage {
  readonly point: Point;
  /** True when a packet of this attempt was seen there. */
  readonly sawAttempt: boolean;
  readonly sample: SourceRef;
}

/** The observations of an attempt, by point. */
export interface ObservedFlow {
  readonly sightings: readonly ObservedSighting[];
  /** Captured on a node that is not known: no more than that a device saw it. */
  readonly unplaced: readonly Pick<ObservedSighting, 'direction' | 'kind' | 'source'>[];
  readonly coverage: ReadonlyMap<string, Coverage>;
}

export const NOTHING_OBSERVED: ObservedFlow = {
  sightings: [],
  unplaced: [],
  coverage: new Map(),
};

/**
 * Places an attempt's observations in the network. `all` are the observations of the whole
 * evidence: a device that was captured and shows nothing of this attempt is covered, too.
 */
export function observedFlow(
  attempt: Attempt,
  all: readonly Observation[],
  places: Places,
): ObservedFlow {
  const sightings: ObservedSighting[] = [];
  const unplaced: { direction: 'original' | 'reply'; kind: PacketKind; source: SourceRef }[] = [];
  const coverage = new Map<string, Coverage>();
  for (const conversation of attempt.conversations) {
    const replies = new Set(conversation.replies);
    for (const journey of conversation.journeys) {
      const direction = replies.has(journey.id) ? 'reply' : 'original';
      for (const observation of journey.sightings) {
        const point = pointOf(observation, places);
        const packet = subject(observation.packet);
        const { source } = observation;
        const kind = kindOf(packet, direction);
        if (!point) {
          if (observation.vantage.kind === 'capture') unplaced.push({ direction, kind, source });
          continue;
        }
        const carried = packet !== observation.packet;
        const oif = point.kind === 'log' ? observation.vantage.oif || null : null;
        sightings.push({ point, direction, kind, packet, oif, carried, source });
        if (point.kind === 'capture' && !coverage.get(pointKey(point))?.sawAttempt) {
          coverage.set(pointKey(point), { point, sawAttempt: true, sample: source });
        }
      }
    }
  }
  for (const group of capturedMeanwhile(attempt, all)) {
    const sample = group[0];
    const point = sample ? pointOf(sample, places) : null;
    if (!sample || point?.kind !== 'capture' || coverage.has(pointKey(point))) continue;
    coverage.set(pointKey(point), { point, sawAttempt: false, sample: sample.source });
  }
  return { sightings, unplaced, coverage };
}

/**
 * Captures that ran while the attempt's packets were seen, by the same clock: only these can say
 * that a packet was absent. Packets of others before and after prove that a capture ran.
 */
function capturedMeanwhile(
  attempt: Attempt,
  all: readonly Observation[],
): readonly (readonly Observation[])[] {
  const times = new Map<string, number[]>();
  for (const { journeys } of attempt.conversations) {
    for (const { sightings } of journeys) {
      for (const { clock, time } of sightings) {
        if (time === null) continue;
        const list = times.get(clock);
        if (list) list.push(time);
        else times.set(clock, [time]);
      }
    }
  }
  const groups = new Map<string, Observation[]>();
  for (const observation of all) {
    if (observation.vantage.kind !== 'capture' || observation.time === null) continue;
    const group = groups.get(observation.vantage.group);
    if (group) group.push(observation);
    else groups.set(observation.vantage.group, [observation]);
  }
  return [...groups.values()].filter((group) => {
    const clock = group[0]?.clock ?? '';
    const own = times.get(clock) ?? [];
    let first = Number.POSITIVE_INFINITY;
    let last = Number.NEGATIVE_INFINITY;
    for (const { time } of group) {
      first = Math.min(first, time ?? first);
      last = Math.max(last, time ?? last);
    }
    return own.some((time) => first <= time && time <= last);
  });
}

function pointOf(observation: Observation, places: Places): Point | null {
  const where = places(observation);
  if (!where) return null;
  const { kind, device, hook, table } = observation.vantage;
  if (kind === 'capture') {
    return device === null ? { kind: 'capture-somewhere', where } : { kind, where, device };
  }
  return hook === null || table === null ? null : { kind: 'log', where, hook, table };
}

const ECHO_REPLY = 0;
const ECHO_REQUEST = 8;

/** Names a packet as the model does. */
function kindOf(packet: ObservedPacket, direction: 'original' | 'reply'): PacketKind {
  if (packet.tcp) {
    const { flags } = packet.tcp;
    if (flags.rst) return 'rst';
    if (flags.syn) return flags.ack ? 'syn-ack' : 'syn';
    return 'ack';
  }
  if (packet.protocol === PROTOCOL.icmp && packet.icmp) {
    if (packet.icmp.type === ECHO_REQUEST) return 'echo-request';
    return packet.icmp.type === ECHO_REPLY ? 'echo-reply' : 'icmp-error';
  }
  return direction === 'original' ? 'datagram' : 'answer';
}
