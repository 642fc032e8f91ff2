import { PROTOCOL } from '../../../packet/protocol.ts';
import type { Conversation, Journey } from '../../evidence.ts';
import type { Direction, Fact } from '../../fact.ts';
import { type Observation, subject } from '../../observation.ts';
import { DIRECTIONS, type FlowView, flowView, stationOf } from './flow-view.ts';
import { lostBySize, lostPackets, waysOf } from './lost.ts';
import { segmented } from './segments.ts';
import { tcpFacts } from './tcp-facts.ts';

type Bare = Omit<Conversation, 'facts'>;

/** Drops that were joined to journeys, by the journey's id. */
export type Drops = ReadonlyMap<number, readonly number[]>;

/** Adds to each conversation what its packets show together. */
export function withFacts(
  conversations: readonly Bare[],
  drops: Drops = new Map(),
): readonly Conversation[] {
  const classes = new Map<number, Bare[]>();
  for (const conversation of conversations) {
    const list = classes.get(conversation.flowClass);
    if (list) list.push(conversation);
    else classes.set(conversation.flowClass, [conversation]);
  }
  const ways = new Map([...classes].map(([id, members]) => [id, waysOf(members)]));
  const earlier = new Map<string, number>();
  return conversations.map((conversation) => {
    const key = endsKey(conversation);
    const before = earlier.get(key);
    earlier.set(key, conversation.id);
    const reused: Fact[] =
      before === undefined || key === '' ? [] : [{ kind: 'ports-reused', earlier: before }];
    const ofClass = ways.get(conversation.flowClass) ?? { original: null, reply: null };
    const pieces = segmented(conversation);
    const whole = new Set(pieces.flatMap((fact) => [fact.journey, ...fact.pieces]));
    const lost = lostPackets(conversation, waysOf([conversation]), ofClass, whole);
    const view = flowView(conversation);
    const isTcp = conversation.protocol === PROTOCOL.tcp;
    const facts: readonly Fact[] = [
      ...(isTcp ? tcpFacts(conversation) : []),
      ...oneWay(view, isTcp),
      ...DIRECTIONS.flatMap((direction) => errors(view, direction)),
      ...lost.map(({ fact }) => fact),
      ...lostBySize(conversation, lost),
      ...pieces,
      ...conversation.journeys.flatMap(duplicates),
      ...conversation.journeys.flatMap(({ id }): Fact[] =>
        (drops.get(id) ?? []).map((drop) => ({ kind: 'dropped', journey: id, drop })),
      ),
      ...reused,
    ];
    return { ...conversation, facts };
  });
}

/** Empty where the client's port is not known: such ends tell nothing. */
function endsKey({ protocol, client, service }: Bare): string {
  if (protocol !== PROTOCOL.tcp || client.port === null || service.port === null) return '';
  return `${client.address.bits} ${client.port} ${service.address.bits} ${service.port}`;
}

/** Of TCP a SYN without an answer is told as such. */
function oneWay({ original, reply }: FlowView, isTcp: boolean): readonly Fact[] {
  if ((original.length === 0) === (reply.length === 0)) return [];
  const direction: Direction = original.length > 0 ? 'original' : 'reply';
  const packets = original.length + reply.length;
  const handshake = [...original, ...reply].every(({ sightings }) =>
    sightings.some(({ packet }) => subject(packet).tcp?.flags.syn),
  );
  return isTcp && handshake ? [] : [{ kind: 'one-way', direction, packets }];
}

function errors(view: FlowView, direction: Direction): readonly Fact[] {
  const other = view[direction === 'original' ? 'reply' : 'original'];
  return view[direction].flatMap((journey): Fact[] => {
    const [first] = journey.sightings;
    const packet = first && subject(first.packet);
    if (!packet?.icmp?.quoted) return [];
    const { type, code, mtu } = packet.icmp;
    const quotes = quotedJourney(journey, other);
    const from = packet.source;
    return [{ kind: 'icmp-error', direction, journey: journey.id, type, code, mtu, from, quotes }];
  });
}

/** By the sequence number or identification of what is quoted; alone it is the only one of its way. */
function quotedJourney(error: Journey, others: readonly Journey[]): number | null {
  for (const sighting of error.sightings) {
    const quoted = subject(sighting.packet).icmp?.quoted;
    if (!quoted) continue;
    const { ipId } = quoted;
    const sequence = quoted.tcp?.sequence ?? null;
    const found = others.find(({ sightings }) =>
      sightings.some(({ packet }) => {
        const own = subject(packet);
        if (sequence !== null && own.tcp?.sequence === sequence) return !ipId || own.ipId === ipId;
        return Boolean(ipId) && own.ipId === ipId;
      }),
    );
    if (found) return found.id;
  }
  const [only, ...more] = others;
  return only && more.length === 0 ? only.id : null;
}

function duplicates({ id, sightings }: Journey): readonly Fact[] {
  const places = new Map<string, Observation[]>();
  for (const sighting of sightings) {
    const { vantage, packet } = sighting;
    if (vantage.kind !== 'capture' || vantage.device === null) continue;
    const { source, destination, ttl } = subject(packet);
    const form = `${vantage.direction} ${ttl} ${source.bits} ${destination.bits}`;
    const key = `${stationOf(sighting)} ${form} ${sighting.link?.sourceMac}`;
    const list = places.get(key);
    if (list) list.push(sighting);
    else places.set(key, [sighting]);
  }
  return [...places.values()]
    .filter((list) => list.length > 1)
    .map((list) => ({ kind: 'duplicate', journey: id, observations: list.map((s) => s.id) }));
}
