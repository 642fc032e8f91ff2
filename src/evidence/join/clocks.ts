import type { ClockOffset, Side } from '../evidence.ts';
import type { Observation } from '../observation.ts';
import { fitClocks } from './clock-fit.ts';
import type { Connection, DirectedPacket } from './connection.ts';
import { type Handshake, handshakeOf, type PlaceTimes, timesByPlace } from './pair-times.ts';
import { median, type Point } from './robust-line.ts';

interface ClockPair {
  readonly a: string;
  readonly b: string;
  /** Clock b minus clock a of packets that went from a to b: the difference plus a delay. */
  readonly there: Point[];
  /** The same of packets that went from b to a: the difference minus a delay. */
  readonly back: Point[];
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

/** Pairs of clocks that saw packets in common. */
function comparable(
  seen: readonly ReadonlyMap<string, PlaceTimes>[],
): readonly (readonly [string, string])[] {
  const pairs = new Map<string, readonly [string, string]>();
  for (const places of seen) {
    const clocks = [...places.keys()].toSorted();
    for (const a of clocks) {
      for (const b of clocks) {
        if (a < b) pairs.set(`${a} ${b}`, [a, b]);
      }
    }
  }
  return [...pairs.values()];
}

/**
 * The comparisons that tell something of clocks: two that count from the same moment. When a
 * node was started is no matter of its clock.
 */
export function tellingOffsets(offsets: readonly ClockOffset[]): readonly ClockOffset[] {
  return offsets.filter(({ a, b }) => baseOf(a) === baseOf(b) && baseOf(a) !== '@uptime');
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
  if (fromA) pair.there.push({ x: a.last, y: b.first - a.last });
  else pair.back.push({ x: a.first, y: b.last - a.first });
}

function settle(pair: ClockPair): ClockOffset | null {
  const { a, b, there, back } = pair;
  const pairs = there.length + back.length;
  const fit = fitClocks(there, back);
  if (fit) {
    const { error, driftError, at } = fit;
    const oneWayDelay = pair.delays.length === 0 ? error : median(pair.delays);
    const drift = fit.drift === null ? null : 0 - fit.drift;
    const offset = 0 - fit.difference;
    return { a, b, offset, error, drift, driftError, at, oneWayDelay, pairs, bound: 'both' };
  }
  const known = (there.length > 0 ? there : back).map(({ y }) => y);
  if (known.length === 0) return null;
  const { low, high } = rangeOf(known);
  const at = (there[0] ?? back[0])?.x ?? 0;
  const bound = there.length > 0 ? 'at-least' : 'at-most';
  const offset = 0 - (there.length > 0 ? low : high);
  const open = { drift: null, driftError: null, oneWayDelay: null };
  return { a, b, offset, error: high - low, at, pairs, bound, ...open };
}

function rangeOf(values: readonly number[]): { readonly low: number; readonly high: number } {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}

/** Translates times of one clock to the clock that its part of the evidence is compared with. */
export interface Correction {
  /** The clock that times are translated to. */
  readonly to: string;
  readonly apply: (time: number) => number;
  /** Seconds that a translated time may be off. */
  readonly error: number;
}

/** For each clock the way to one of those it was compared with, by the surest comparisons. */
export function clockCorrections(
  clocks: Iterable<string>,
  offsets: readonly ClockOffset[],
): ReadonlyMap<string, Correction> {
  const corrections = new Map<string, Correction>();
  const sure = offsets
    .filter(({ bound }) => bound === 'both')
    .toSorted((x, y) => x.error - y.error);
  const edges = new Map<string, ClockOffset[]>();
  for (const offset of sure) {
    for (const clock of [offset.a, offset.b]) {
      const list = edges.get(clock);
      if (list) list.push(offset);
      else edges.set(clock, [offset]);
    }
  }
  for (const clock of clocks) {
    if (corrections.has(clock)) continue;
    corrections.set(clock, { to: clock, apply: (time) => time, error: 0 });
    spread(clock, edges, corrections);
  }
  return corrections;
}

/** The clock with the least error is settled first (Dijkstra); there are some dozen at most. */
function spread(
  reference: string,
  edges: ReadonlyMap<string, readonly ClockOffset[]>,
  corrections: Map<string, Correction>,
): void {
  const settled = new Set<string>();
  const open = new Set([reference]);
  while (open.size > 0) {
    const [clock = ''] = [...open].toSorted((x, y) => errorOf(x) - errorOf(y));
    open.delete(clock);
    settled.add(clock);
    const known = corrections.get(clock);
    if (!known) continue;
    for (const edge of edges.get(clock) ?? []) {
      const next = edge.a === clock ? edge.b : edge.a;
      const error = known.error + edge.error;
      if (
        settled.has(next) ||
        (corrections.get(next)?.error ?? Number.POSITIVE_INFINITY) <= error
      ) {
        continue;
      }
      const step = edge.a === clock ? toA(edge) : toB(edge);
      corrections.set(next, { to: reference, apply: (time) => known.apply(step(time)), error });
      open.add(next);
    }
  }
  function errorOf(clock: string): number {
    return corrections.get(clock)?.error ?? 0;
  }
}

/** From clock b's times to clock a's. */
function toA({ offset, drift, at }: ClockOffset): (time: number) => number {
  return (time) => time + offset + (drift ?? 0) * (time + offset - at);
}

function toB({ offset, drift, at }: ClockOffset): (time: number) => number {
  return (time) => time - offset - (drift ?? 0) * (time - at);
}
