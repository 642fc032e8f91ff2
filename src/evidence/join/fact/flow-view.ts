import type { Conversation, Journey } from '../../evidence.ts';
import type { Direction } from '../../fact.ts';
import { type Observation, type ObservedTcp, subject } from '../../observation.ts';

/** A conversation as the facts look at it. */
export interface FlowView {
  readonly original: readonly Journey[];
  readonly reply: readonly Journey[];
}

export function flowView({
  journeys,
  replies,
}: Pick<Conversation, 'journeys' | 'replies'>): FlowView {
  const isReply = new Set(replies);
  return {
    original: journeys.filter(({ id }) => !isReply.has(id)),
    reply: journeys.filter(({ id }) => isReply.has(id)),
  };
}

export const DIRECTIONS: readonly Direction[] = ['original', 'reply'];

/** The TCP header as far as any sighting shows it; MSS of the first one. */
export function tcpOf({ sightings }: Journey): ObservedTcp | null {
  for (const sighting of sightings) {
    const { tcp } = subject(sighting.packet);
    if (tcp) return tcp;
  }
  return null;
}

/** The same for all sightings of one place in one form; nat sees first packets only and is none. */
export function stationOf({ vantage, packet }: Observation): string | null {
  if (vantage.table === 'nat') return null;
  const carried = packet.inner === null ? '' : '+';
  return vantage.kind === 'capture'
    ? `${vantage.group} ${vantage.device}${carried}`
    : `${vantage.group} ${vantage.hook} ${vantage.table} ${vantage.label}${carried}`;
}
