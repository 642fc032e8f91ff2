import { PROTOCOL } from '../../../packet/protocol.ts';
import type { Conversation, Journey } from '../../evidence.ts';
import type { Direction, Fact } from '../../fact.ts';
import { type Observation, subject } from '../../observation.ts';
import type { Correction } from '../clocks.ts';
import type { JoinedDrops } from '../drop-sightings.ts';
import { endpointKey, pairKey } from '../endpoints.ts';
import { DIRECTIONS, type FlowView, flowView, stationOf } from './flow-view.ts';
import { lostBySize, lostPackets, type Ways, waysOf } from './lost.ts';
import { segmented } from './segments.ts';
import { tcpFacts } from './tcp-facts.ts';
import { watchedSince } from './watched.ts';

type Bare = Omit<Conversation, 'facts'>;

/** Adds to each conversation what its packets show together. */
export function withFacts(
  conversations: readonly Bare[],
  drops: JoinedDrops,
  corrections: ReadonlyMap<string, Correction>,
): readonly Conversation[] {
  const watched = watchedSince(conversations, corrections);
  const classWays = waysBy(conversations, ({ flowClass }) => `${flowClass}`);
  const endpointWays = waysBy(conversations, endpointKeyOf);
  const earlier = new Map<string, number>();
  return conversations.map((conversation) => {
    const key = endsKey(conversation);
    const before = earlier.get(key);
    earlier.set(key, conversation.id);
    const reused: Fact[] =
      before === undefined || key === '' ? [] : [{ kind: 'ports-reused', earlier: before }];
    const pieces = segmented(conversation);
    const whole = new Set(pieces.flatMap((fact) => [fact.journey, ...fact.pieces]));
    const ways = [
      ['conversation', waysOf([conversation])],
      ['class', classWays(conversation)],
      ['endpoint', endpointWays(conversation)],
    ] as const;
    const lost = lostPackets(conversation, ways, whole, watched);
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
      ...dropsOf(conversation, drops),
      ...reused,
    ];
    return { ...conversation, facts };
  });
}

/** For each conversation the ways of all that have the same key. */
function waysBy(
  conversations: readonly Bare[],
  keyOf: (conversation: Bare) => string,
): (conversation: Bare) => Ways {
  const members = new Map<string, Bare[]>();
  for (const conversation of conversations) {
    const list = members.get(keyOf(conversation));
    if (list) list.push(conversation);
    else members.set(keyOf(conversation), [conversation]);
  }
  const ways = new Map([...members].map(([key, list]) => [key, waysOf(list)]));
  return (conversation) => ways.get(keyOf(conversation)) ?? { original: null, reply: null };
}

function endpointKeyOf({ protocol, endpoint, service }: Bare): string {
  return `${protocol} ${endpointKey(endpoint ?? service)}`;
}

function dropsOf({ journeys }: Bare, { ofPacket, ofFlow }: JoinedDrops): readonly Fact[] {
  if (ofPacket.size + ofFlow.size === 0) return [];
  const facts: Fact[] = [];
  const flows = new Set<string>();
  for (const { id, sightings } of journeys) {
    for (const drop of ofPacket.get(id) ?? []) facts.push({ kind: 'dropped', journey: id, drop });
    for (const { packet } of sightings) flows.add(pairKey(subject(packet)));
  }
  for (const flow of flows) {
    for (const drop of ofFlow.get(flow) ?? []) facts.push({ kind: 'dropped', journey: null, drop });
  }
  return facts;
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
