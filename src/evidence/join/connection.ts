import type { JoinKey } from '../evidence.ts';
import { type Observation, subject } from '../observation.ts';
import { endsOf, pairKey } from './endpoints.ts';
import type { JoinedPacket } from './join-packets.ts';

/** A packet with its direction within its connection. */
export interface DirectedPacket {
  /** Index among the joined packets. */
  readonly index: number;
  readonly direction: 'original' | 'reply';
  readonly sightings: readonly Observation[];
  readonly joinedBy: readonly JoinKey[];
  readonly mayBe: readonly number[];
}

/** The packets of one connection attempt, the earliest first. */
export interface Connection {
  readonly protocol: number;
  readonly packets: readonly DirectedPacket[];
}

/** A SYN is repeated for two minutes (tcp_syn_retries 6); later ones are another attempt. */
const ATTEMPT_SECONDS = 180;

/** Groups joined packets by connection, whatever NAT made of their addresses on the way. */
export function groupConnections(packets: readonly JoinedPacket[]): readonly Connection[] {
  const members = new Map<number, number[]>();
  const sets = unionByPair(packets);
  packets.forEach((_, index) => {
    const root = sets.find(index);
    const list = members.get(root);
    if (list) list.push(index);
    else members.set(root, [index]);
  });
  return [...members.values()].flatMap((indexes) => splitAttempts(indexes, packets));
}

/** The packet that a packet is about: an ICMP error belongs to what it quotes. */
function concerned(observation: Observation): ReturnType<typeof subject> {
  const packet = subject(observation.packet);
  return packet.icmp?.quoted ?? packet;
}

interface UnionFind {
  find(item: number): number;
}

function unionByPair(packets: readonly JoinedPacket[]): UnionFind {
  const parent = packets.map((_, index) => index);
  const above = (item: number): number => parent[item] ?? item;
  const find = (item: number): number => {
    let at = item;
    while (above(at) !== at) {
      parent[at] = above(above(at));
      at = above(at);
    }
    return at;
  };
  const byPair = new Map<string, number>();
  packets.forEach((packet, index) => {
    for (const sighting of packet.sightings) {
      const key = pairKey(concerned(sighting));
      const other = byPair.get(key);
      if (other === undefined) byPair.set(key, index);
      else parent[find(index)] = find(other);
    }
  });
  return { find };
}

interface Attempt {
  readonly isn: number | null;
  readonly starts: Map<string, number>;
  readonly indexes: number[];
}

function newAttempt(isn: number | null): Attempt {
  return { isn, starts: new Map(), indexes: [] };
}

/** One pair of endpoints may carry several connections, one after the other. */
function splitAttempts(
  indexes: readonly number[],
  packets: readonly JoinedPacket[],
): readonly Connection[] {
  const attempts: Attempt[] = [];
  const rest: number[] = [];
  for (const index of indexes) {
    const packet = packets[index];
    if (!packet) continue;
    if (isSyn(packet)) placeSyn(index, packet, attempts);
    else rest.push(index);
  }
  for (const index of rest) {
    const packet = packets[index];
    if (packet) placeLater(index, packet, attempts);
  }
  return attempts.map((attempt) => directed(attempt.indexes, packets));
}

function isSyn(packet: JoinedPacket): boolean {
  return packet.sightings.some((sighting) => {
    const flags = subject(sighting.packet).tcp?.flags;
    return flags?.syn === true && flags.ack !== true;
  });
}

function sequenceOf(packet: JoinedPacket): number | null {
  for (const sighting of packet.sightings) {
    const sequence = subject(sighting.packet).tcp?.sequence ?? null;
    if (sequence !== null) return sequence;
  }
  return null;
}

function placeSyn(index: number, packet: JoinedPacket, attempts: Attempt[]): void {
  const isn = sequenceOf(packet);
  const found =
    isn === null
      ? attempts.find((attempt) => Math.abs(sinceStart(attempt, packet) ?? 0) < ATTEMPT_SECONDS)
      : attempts.find((attempt) => attempt.isn === isn);
  const attempt = found ?? newAttempt(isn);
  if (!found) attempts.push(attempt);
  attempt.indexes.push(index);
  for (const { clock, time } of packet.sightings) {
    if (time === null) continue;
    attempt.starts.set(clock, Math.min(time, attempt.starts.get(clock) ?? time));
  }
}

/** Seconds on a clock that saw both; null when there is none. */
function sinceStart(attempt: Attempt, packet: JoinedPacket): number | null {
  for (const { clock, time } of packet.sightings) {
    const start = attempt.starts.get(clock);
    if (start !== undefined && time !== null) return time - start;
  }
  return null;
}

function placeLater(index: number, packet: JoinedPacket, attempts: Attempt[]): void {
  let best: Attempt | null = attempts.length > 1 ? attemptBySequence(packet, attempts) : null;
  let least = best ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  for (const attempt of attempts) {
    const since = sinceStart(attempt, packet);
    if (since !== null && since >= 0 && since < least) {
      best = attempt;
      least = since;
    }
  }
  const chosen: Attempt = best ?? attempts.at(-1) ?? newAttempt(null);
  if (attempts.length === 0) attempts.push(chosen);
  chosen.indexes.push(index);
}

const SPACE = 2 ** 32;
/** Numbers further from the initial one than this tell nothing of a connection. */
const NEAR = 2 ** 24;

/**
 * A late packet of an earlier connection comes after the next one's SYN: its sequence number, or
 * of an answer what it acknowledges, lies shortly after the SYN that it belongs to.
 */
function attemptBySequence(packet: JoinedPacket, attempts: readonly Attempt[]): Attempt | null {
  const numbers = packet.sightings.flatMap((sighting) => {
    const { tcp } = concerned(sighting);
    return [tcp?.sequence ?? null, tcp?.acknowledgement ?? null].filter((value) => value !== null);
  });
  let best: Attempt | null = null;
  let least = NEAR;
  for (const attempt of attempts) {
    const { isn } = attempt;
    if (isn === null) continue;
    for (const number of numbers) {
      const after = (number - isn + SPACE) % SPACE;
      if (number === 0 || after >= least) continue;
      least = after;
      best = attempt;
    }
  }
  return best;
}

function directed(indexes: readonly number[], packets: readonly JoinedPacket[]): Connection {
  const ordered = indexes.toSorted((a, b) => firstId(packets[a]) - firstId(packets[b]));
  const originals = originalEnds(ordered, packets);
  const list: DirectedPacket[] = [];
  for (const index of ordered) {
    const packet = packets[index];
    if (!packet) continue;
    const direction = directionOf(packet, originals);
    const { sightings, joinedBy, mayBe } = packet;
    list.push({ index, direction, sightings, joinedBy, mayBe });
  }
  const first = list[0]?.sightings[0];
  return { protocol: first ? concerned(first).protocol : 0, packets: list };
}

function firstId(packet: JoinedPacket | undefined): number {
  return packet?.sightings[0]?.id ?? 0;
}

/** The ends that packets from client to server show, as `from to`. */
function originalEnds(
  indexes: readonly number[],
  packets: readonly JoinedPacket[],
): ReadonlySet<string> {
  const members = indexes.map((index) => packets[index]).filter((packet) => packet !== undefined);
  const syns = members.filter(isSyn);
  const ends = new Set<string>();
  const learn = (packet: JoinedPacket, reverse: boolean): void => {
    for (const sighting of packet.sightings) {
      const { from, to } = endsOf(concerned(sighting));
      ends.add(reverse ? `${to} ${from}` : `${from} ${to}`);
    }
  };
  const starts = syns.length > 0 ? syns : members.slice(0, 1);
  for (const packet of starts) learn(packet, syns.length === 0 && startsWithReply(packet));
  // Other packets may show further translations of the same ends.
  for (const packet of members) {
    const views = packet.sightings.map((sighting) => endsOf(concerned(sighting)));
    if (views.some(({ from, to }) => ends.has(`${from} ${to}`))) learn(packet, false);
    else if (views.some(({ from, to }) => ends.has(`${to} ${from}`))) learn(packet, true);
  }
  return ends;
}

/** Without a SYN, a packet from a service's port to an ephemeral one is an answer. */
function startsWithReply(packet: JoinedPacket): boolean {
  const sighting = packet.sightings[0];
  const first = sighting ? subject(sighting.packet) : null;
  if (!first) return false;
  if (first.tcp?.flags.syn && first.tcp.flags.ack) return true;
  if (first.icmp) return [0, 129].includes(first.icmp.type);
  return (first.sport ?? 0) < 32_768 && (first.dport ?? 0) >= 32_768;
}

function directionOf(packet: JoinedPacket, originals: ReadonlySet<string>): 'original' | 'reply' {
  const isReply = packet.sightings.some((sighting) => {
    // An ICMP error quotes a packet of the other direction.
    const quoted = subject(sighting.packet).icmp?.quoted ?? null;
    const { from, to } = endsOf(quoted ?? subject(sighting.packet));
    return originals.has(quoted ? `${from} ${to}` : `${to} ${from}`);
  });
  return isReply ? 'reply' : 'original';
}
