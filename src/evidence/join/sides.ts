import type { EvidenceGroup, Side, SideSign } from '../evidence.ts';
import { type Observation, subject } from '../observation.ts';
import type { GroupLabel } from '../part.ts';
import type { Connection } from './connection.ts';
import { handshakeOf, timesByPlace } from './pair-times.ts';

/** Finds out which captures were nearer to the client and which to the server. */
export function inferSides(
  groups: readonly EvidenceGroup[],
  connections: readonly Connection[],
  labels: readonly GroupLabel[],
): readonly EvidenceGroup[] {
  const signs = new Map<string, SideSign[]>(groups.map((group) => [group.id, []]));
  const add = (group: string, sign: SideSign): void => {
    const known = signs.get(group);
    if (!known?.some((other) => other.by === sign.by && other.says === sign.says))
      known?.push(sign);
  };
  const places = new Map(groups.map((group) => [group.id, group.node ?? group.id]));
  for (const connection of connections) {
    handshakeGaps(connection, places, add);
    hopCounts(connection, add);
    localEnds(connection, add);
  }
  clockSigns(connections, add);
  for (const group of groups) labelSign(group, labels, add);
  return groups.map((group) => {
    const own = signs.get(group.id) ?? [];
    return { ...group, signs: own, side: decide(own) };
  });
}

type AddSign = (group: string, sign: SideSign) => void;

/** The strongest first. Packets outweigh words. */
const STRENGTH = ['handshake-gap', 'clock-offset', 'ttl', 'local-output', 'label'] as const;

function decide(signs: readonly SideSign[]): Side | null {
  for (const by of STRENGTH) {
    const said = new Set(signs.filter((sign) => sign.by === by).map((sign) => sign.says));
    if (said.size === 2) return null;
    for (const side of said) return side;
  }
  return null;
}

/**
 * The nearer to the client, the longer a SYN's answer takes. Each place times both packets with
 * its own clock, so no clocks are compared.
 */
function handshakeGaps(
  connection: Connection,
  places: ReadonlyMap<string, string>,
  add: AddSign,
): void {
  const handshake = handshakeOf(connection);
  if (!handshake) return;
  const byGroup = (observation: Observation): string => observation.vantage.group;
  const syn = timesByPlace(handshake.syn, byGroup);
  const synAck = timesByPlace(handshake.synAck, byGroup);
  const gaps: { group: string; place: string; gap: number; sighting: Observation }[] = [];
  for (const [group, at] of syn) {
    const answer = synAck.get(group);
    if (!answer) continue;
    const place = places.get(group) ?? group;
    gaps.push({ group, place, gap: answer.last - at.first, sighting: at.sighting });
  }
  const ordered = gaps.toSorted((a, b) => b.gap - a.gap);
  const client = ordered[0]?.place;
  const server = ordered.at(-1)?.place;
  if (client === server) return;
  for (const { group, place, sighting } of ordered) {
    const says = place === client ? 'client' : place === server ? 'server' : null;
    if (says) add(group, { by: 'handshake-gap', says, source: sighting.source });
  }
}

/** Initial TTLs of Linux, Windows and network devices. */
const INITIAL_TTL = new Set([64, 128, 255]);

function hopCounts(connection: Connection, add: AddSign): void {
  for (const packet of connection.packets) {
    for (const { packet: seen, vantage, source } of packet.sightings) {
      const { ttl, icmp } = subject(seen);
      if (vantage.kind !== 'capture' || icmp?.quoted) continue;
      if (ttl === null || !INITIAL_TTL.has(ttl)) continue;
      const says = packet.direction === 'original' ? 'client' : 'server';
      add(vantage.group, { by: 'ttl', says, source });
    }
  }
}

/** OUTPUT sees what its host sends, INPUT what is for its host. */
function localEnds(connection: Connection, add: AddSign): void {
  for (const packet of connection.packets) {
    for (const { vantage, source } of packet.sightings) {
      const { hook } = vantage;
      if (hook !== 'output' && hook !== 'input') continue;
      const atClient = (hook === 'output') === (packet.direction === 'original');
      add(vantage.group, { by: 'local-output', says: atClient ? 'client' : 'server', source });
    }
  }
}

interface OneWay {
  readonly a: string;
  readonly b: string;
  readonly later: number;
  readonly source: SideSign['source'];
  readonly sourceB: SideSign['source'];
}

/**
 * Two captures that share packets of one direction only have no gap to compare. When two others
 * show by how much the clocks of client and server differ, the pair with that difference is on
 * the same two hosts.
 */
function clockSigns(connections: readonly Connection[], add: AddSign): void {
  const known = knownDifferences(connections);
  if (known.length === 0) return;
  for (const pair of oneWayPairs(connections)) {
    for (const { difference, error } of known) {
      // Far from both 0 and its opposite: the sign is then not a matter of delays.
      const size = Math.abs(difference);
      if (size < 5 * error || size < 0.001) continue;
      const near = (value: number): boolean => Math.abs(pair.later - value) < size / 4;
      const aIsClient = near(difference);
      if (!aIsClient && !near(-difference)) continue;
      const [a, b]: readonly [Side, Side] = aIsClient ? ['client', 'server'] : ['server', 'client'];
      add(pair.a, { by: 'clock-offset', says: a, source: pair.source });
      add(pair.b, { by: 'clock-offset', says: b, source: pair.sourceB });
      break;
    }
  }
}

const byGroup = (observation: Observation): string => observation.vantage.group;

/** Server clock minus client clock, from handshakes that both saw. */
function knownDifferences(
  connections: readonly Connection[],
): readonly { readonly difference: number; readonly error: number }[] {
  return connections.flatMap((connection) => {
    const handshake = handshakeOf(connection);
    if (!handshake) return [];
    const syn = [...timesByPlace(handshake.syn, byGroup)];
    const synAck = timesByPlace(handshake.synAck, byGroup);
    const gaps = syn.flatMap(([group, at]) => {
      const answer = synAck.get(group);
      return answer ? [{ clock: at.clock, at: at.first, answer: answer.last }] : [];
    });
    const ordered = gaps.toSorted((a, b) => b.answer - b.at - (a.answer - a.at));
    const client = ordered[0];
    const server = ordered.at(-1);
    if (!client || !server || client.clock === server.clock) return [];
    const there = server.at - client.at;
    const back = server.answer - client.answer;
    return [{ difference: (there + back) / 2, error: (there - back) / 2 }];
  });
}

function oneWayPairs(connections: readonly Connection[]): readonly OneWay[] {
  return connections.flatMap((connection) => {
    if (connection.packets.some((packet) => packet.direction === 'reply')) return [];
    const pairs = new Map<string, OneWay>();
    for (const packet of connection.packets) {
      const places = [...timesByPlace(packet, byGroup)];
      for (const [a, atA] of places) {
        for (const [b, atB] of places) {
          if (a >= b || atA.clock === atB.clock || pairs.has(`${a} ${b}`)) continue;
          const later = atB.first - atA.first;
          const [source, sourceB] = [atA.sighting.source, atB.sighting.source];
          pairs.set(`${a} ${b}`, { a, b, later, source, sourceB });
        }
      }
    }
    return [...pairs.values()];
  });
}

const CLIENT_WORDS = /\bclient|\bcaller\b|客户|源端|发起端/i;
const SERVER_WORDS = /endpoint|\bserver|backend|服务端|服务器端|后端|对端|目的端|目标端/i;

function labelSign(group: EvidenceGroup, labels: readonly GroupLabel[], add: AddSign): void {
  const own = labels.filter((label) => label.group === group.id);
  const words = [...own, { text: group.file.split('/').at(-1) ?? '', line: 0 }];
  for (const { text, line } of words) {
    const client = CLIENT_WORDS.test(text);
    if (client === SERVER_WORDS.test(text)) continue;
    const source = { file: group.file, line, text };
    add(group.id, { by: 'label', says: client ? 'client' : 'server', source });
    return;
  }
}
