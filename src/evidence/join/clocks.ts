import type { ClockOffset, Side } from '../evidence.ts';
import type { Observation } from '../observation.ts';
import type { Connection, DirectedPacket } from './connection.ts';
import { type Handshake, handshakeOf, type PlaceTimes, timesByPlace } from './pair-times.ts';

interface ClockPair {
  readonly a: string;
  readonly b: string;
  /** Clock b minus clock a of packets that went from a to b: the difference plus a delay. */
  readonly there: number[];
  /** The same of packets that went from b to a: the difference minus a delay. */
  readonly back: number[];
  /** One-way delays of handshakes. */
  readonly delays: number[];
}

/**
 * Compares clocks by the packets that both saw. A packet is not seen before it is sent: each
 * one bounds the difference from one side, and the least delayed ones leave the narrowest
 * interval. What holds for NTP (RFC 5905 8) holds here.
 */
export function compareClocks(
  connections: readonly Connection[],
  sideOf: ReadonlyMap<string, Side>,
): readonly ClockOffset[] {
  const pairs = new Map<string, ClockPair>();
  for (const connection of connections) {
    const handshake = handshakeOf(connection);
    const seen = connection.packets.map((packet) => ({
      packet,
      at: timesByPlace(packet, clockOf),
    }));
    for (const [one, other] of comparable(seen.map(({ at }) => at))) {
      const upstream = firstOnPath({ a: one, b: other, handshake, seen }, sideOf);
      if (upstream === null) continue;
      // Of the first connection's clocks, a is the client's.
      const [a, b] = upstream === 'a' ? [one, other] : [other, one];
      const key = `${one} ${other}`;
      const pair = pairs.get(key) ?? { a, b, there: [], back: [], delays: [] };
      pairs.set(key, pair);
      const delay = handshake ? handshakeDelay(handshake, a, b) : null;
      if (delay !== null) pair.delays.push(Math.abs(delay));
      for (const { packet, at } of seen) addDifference(pair, packet, at, a === pair.a ? 'a' : 'b');
    }
  }
  return [...pairs.values()].flatMap((pair) => settle(pair) ?? []);
}

function clockOf(observation: Observation): string {
  return observation.clock;
}

/** Pairs of clocks that count from the same moment and saw packets in common. */
function comparable(
  seen: readonly ReadonlyMap<string, PlaceTimes>[],
): readonly (readonly [string, string])[] {
  const pairs = new Map<string, readonly [string, string]>();
  for (const places of seen) {
    const clocks = [...places.keys()].toSorted();
    for (const a of clocks) {
      for (const b of clocks) {
        if (a < b && baseOf(a) === baseOf(b)) pairs.set(`${a} ${b}`, [a, b]);
      }
    }
  }
  return [...pairs.values()];
}

function baseOf(clock: string): string {
  return clock.slice(clock.lastIndexOf('@'));
}

interface Seen {
  readonly a: string;
  readonly b: string;
  readonly handshake: Handshake | null;
  readonly seen: readonly {
    readonly packet: DirectedPacket;
    readonly at: ReadonlyMap<string, PlaceTimes>;
  }[];
}

/** Which of two clocks is nearer to the client: by the handshake, else by the captures' sides. */
function firstOnPath(pair: Seen, sideOf: ReadonlyMap<string, Side>): 'a' | 'b' | null {
  const { a, b, handshake } = pair;
  const delay = handshake ? handshakeDelay(handshake, a, b) : null;
  if (delay !== null && delay !== 0) return delay > 0 ? 'a' : 'b';
  for (const { at } of pair.seen) {
    const sideA = sideOf.get(at.get(a)?.sighting.vantage.group ?? '');
    const sideB = sideOf.get(at.get(b)?.sighting.vantage.group ?? '');
    if (sideA && sideB && sideA !== sideB) return sideA === 'client' ? 'a' : 'b';
  }
  return null;
}

/** Half of what the answer takes longer at a than at b: positive when a is nearer to the client. */
function handshakeDelay(handshake: Handshake, a: string, b: string): number | null {
  const syn = timesByPlace(handshake.syn, clockOf);
  const synAck = timesByPlace(handshake.synAck, clockOf);
  const [synA, synB, ackA, ackB] = [syn.get(a), syn.get(b), synAck.get(a), synAck.get(b)];
  if (!synA || !synB || !ackA || !ackB) return null;
  // Between the places only: the last sighting before the way, the first after it.
  const wide = ackA.last - synA.first > ackB.last - synB.first;
  return wide
    ? (ackA.first - synA.last - (ackB.last - synB.first)) / 2
    : -(ackB.first - synB.last - (ackA.last - synA.first)) / 2;
}

function addDifference(
  pair: ClockPair,
  packet: DirectedPacket,
  at: ReadonlyMap<string, PlaceTimes>,
  upstream: 'a' | 'b',
): void {
  const a = at.get(pair.a);
  const b = at.get(pair.b);
  if (!a || !b) return;
  const fromA = (packet.direction === 'original') === (upstream === 'a');
  if (fromA) pair.there.push(b.first - a.last);
  else pair.back.push(b.last - a.first);
}

function settle(pair: ClockPair): ClockOffset | null {
  const { a, b, there, back } = pair;
  const pairs = there.length + back.length;
  if (pairs === 0) return null;
  const highest = there.reduce((low, value) => Math.min(low, value), Number.POSITIVE_INFINITY);
  const lowest = back.reduce((high, value) => Math.max(high, value), Number.NEGATIVE_INFINITY);
  if (there.length > 0 && back.length > 0) {
    const error = Math.abs(highest - lowest) / 2;
    const oneWayDelay = median(pair.delays) ?? error;
    return { a, b, offset: 0 - (highest + lowest) / 2, error, oneWayDelay, pairs, bound: 'both' };
  }
  const known = there.length > 0 ? there : back;
  const spread = spreadOf(known);
  return there.length > 0
    ? { a, b, offset: 0 - highest, error: spread, oneWayDelay: null, pairs, bound: 'at-least' }
    : { a, b, offset: 0 - lowest, error: spread, oneWayDelay: null, pairs, bound: 'at-most' };
}

function spreadOf(values: readonly number[]): number {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return high - low;
}

function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((x, y) => x - y);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}

/** Translates times of many clocks to one, as far as offsets are known from both directions. */
export function clockCorrections(
  reference: string,
  offsets: readonly ClockOffset[],
): ReadonlyMap<string, number> {
  const corrections = new Map([[reference, 0]]);
  const queue = [reference];
  for (let clock = queue.shift(); clock !== undefined; clock = queue.shift()) {
    const base = corrections.get(clock) ?? 0;
    for (const { a, b, offset, bound } of offsets) {
      if (bound !== 'both') continue;
      const next = a === clock ? b : b === clock ? a : null;
      if (next === null || corrections.has(next)) continue;
      corrections.set(next, a === clock ? base + offset : base - offset);
      queue.push(next);
    }
  }
  return corrections;
}
