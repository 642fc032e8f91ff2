import type { Conversation, Evidence } from '../../evidence/evidence.ts';
import type { Direction, Fact } from '../../evidence/fact.ts';
import type { Observation } from '../../evidence/observation.ts';
import { formatAddress } from '../../packet/address.ts';
import { formatSource } from '../../packet/source-ref.ts';
import type { Level } from '../text/level.ts';
import { icmpWords } from './icmp-words.ts';
import { vantageWords } from './words.ts';

type Of<Kind extends Fact['kind']> = Extract<Fact, { kind: Kind }>;

/** Looks observations up by the ids that facts hold. */
export type Sightings = ReadonlyMap<number, Observation>;

export function sightingsById({ conversations }: Pick<Evidence, 'conversations'>): Sightings {
  const sightings = new Map<number, Observation>();
  for (const { journeys } of conversations) {
    for (const journey of journeys) {
      for (const sighting of journey.sightings) sightings.set(sighting.id, sighting);
    }
  }
  return sightings;
}

/** What a conversation's packets show together, one sentence for each, the gravest first. */
export function factLines(
  conversation: Conversation,
  evidence: Pick<Evidence, 'drops'>,
  sightings: Sightings,
  level: Level,
): readonly string[] {
  const { facts } = conversation;
  const of = <Kind extends Fact['kind']>(kind: Kind): readonly Of<Kind>[] =>
    facts.filter((fact): fact is Of<Kind> => fact.kind === kind);
  const place = (id: number): string => placeWords(sightings.get(id));
  const large = new Set(of('large-lost').map(({ last }) => last));
  return [
    ...of('dropped').map((fact) => droppedWords(fact, evidence)),
    ...of('large-lost').map((fact) => largeWords(fact, place)),
    ...of('lost-after')
      .filter(({ last }) => !large.has(last))
      .map((fact) => lostWords(fact, place)),
    ...of('half-open').map(halfOpenWords),
    ...of('one-way').map(oneWayWords),
    ...of('reset').map((fact) => resetWords(fact, place)),
    ...errorLines(of('icmp-error')),
    ...of('retransmissions').map(retransmissionWords),
    ...of('zero-window').map(
      ({ direction, journeys }) =>
        `${WHO[direction]} had no room for more data (window 0; ${packetsWords(journeys)})`,
    ),
    ...of('mss-changed').map(
      ({ before, after, from, to }) =>
        `MSS ${before} became ${after} between ${place(from)} and ${place(to)}`,
    ),
    ...of('duplicate').map(
      ({ journey, observations }) =>
        `packet ${journey} was seen ${observations.length} times at ${place(observations[0] ?? -1)}`,
    ),
    ...of('ports-reused').map(({ earlier }) => `the same ports as #${earlier} before`),
    ...(level === 'detailed' ? detailLines(of('mss'), of('segmented')) : []),
  ];
}

const WHO = { original: 'the client', reply: 'the server' } as const;

const OTHERS = {
  conversation: 'others',
  class: 'those of another attempt',
  endpoint: "another client's",
} as const;

function lostWords(
  { direction, journeys, last, next, by }: Of<'lost-after'>,
  place: Place,
): string {
  const from = OTHERS[by];
  return `${countWords(journeys.length, direction)} last seen at ${place(last)}, where ${from} went on to ${place(next)} (${packetsWords(journeys)})`;
}

function largeWords(fact: Of<'large-lost'>, place: Place): string {
  const { direction, passed, lost, journeys, last, told } = fact;
  const error =
    told === null
      ? 'no ICMP error that tells the sender was seen'
      : `an ICMP error told it (packet ${told})`;
  return `large packets are lost: of ${WHO[direction]}'s, up to ${passed} bytes pass, those of ${lost} and more end at ${place(last)} (${packetsWords(journeys)}); ${error}`;
}

type Place = (id: number) => string;

function placeWords(sighting: Observation | undefined): string {
  if (!sighting) return '?';
  const words = vantageWords(sighting);
  const { vantage } = sighting;
  return vantage.kind === 'log' || vantage.node !== null ? words : `${words} (${vantage.label})`;
}

function countWords(count: number, direction: Direction): string {
  const whose = direction === 'original' ? 'from the client' : 'from the server';
  return count === 1 ? `1 packet ${whose} was` : `${count} packets ${whose} were`;
}

const TOLD = 6;

function packetsWords(ids: readonly number[]): string {
  const shown = ids.slice(0, TOLD).join(', ');
  const more = ids.length > TOLD ? ` and ${ids.length - TOLD} more` : '';
  return `${ids.length === 1 ? 'packet' : 'packets'} ${shown}${more}`;
}

function halfOpenWords({ missing, answers }: Of<'half-open'>): string {
  return missing === 'syn-ack'
    ? 'no answer to the SYN was seen'
    : `no acknowledgement of the SYN-ACK was seen (${packetsWords(answers)})`;
}

function oneWayWords({ direction, packets }: Of<'one-way'>): string {
  const count = `${packets} packet${packets === 1 ? '' : 's'}`;
  return direction === 'original'
    ? `one way: ${count} from the client, none back`
    : `one way: ${count} to the client, none from it`;
}

function resetWords(fact: Of<'reset'>, place: Place): string {
  const { direction, journey, first, madeBy, ttl, otherTtl } = fact;
  const who = `reset from ${WHO[direction]}'s side (packet ${journey})`;
  switch (madeBy) {
    case 'host':
      return `${who}: made by the host that ${place(first)} is on`;
    case 'end':
      return `${who}: its TTL ${ttl} is that of the other packets from there`;
    case 'between':
      return `${who}: its TTL is ${ttl}, that of the other packets from there ${otherTtl}: something between made it`;
    case 'unknown':
      return `${who}: first seen at ${place(first)}`;
  }
}

/** Errors of one kind from one host in one line. */
function errorLines(errors: readonly Of<'icmp-error'>[]): readonly string[] {
  const groups = new Map<string, Of<'icmp-error'>[]>();
  for (const error of errors) {
    const key = `${error.type} ${error.code} ${error.mtu} ${formatAddress(error.from)}`;
    const group = groups.get(key);
    if (group) group.push(error);
    else groups.set(key, [error]);
  }
  return [...groups.values()].map((group) => {
    const [first] = group;
    if (!first) return '';
    const { type, code, from, mtu } = first;
    const about = group.map(({ quotes }) => quotes).filter((id) => id !== null);
    const mostly = mtu === null ? '' : `, largest ${mtu} bytes`;
    const quoted = about.length === 0 ? '' : ` about ${packetsWords(about)}`;
    const times = group.length === 1 ? '' : `, ${group.length} times`;
    return `ICMP ${icmpWords(from.family, type, code)}${mostly} from ${formatAddress(from)}${times}${quoted}`;
  });
}

function retransmissionWords({ direction, journeys, seconds }: Of<'retransmissions'>): string {
  const over = seconds === null ? '' : `, over ${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  const times = journeys.length === 1 ? 'once' : `${journeys.length} times`;
  return `${WHO[direction]} sent again ${times}${over} (${packetsWords(journeys)})`;
}

function droppedWords(
  { journey, drop }: Of<'dropped'>,
  { drops }: Pick<Evidence, 'drops'>,
): string {
  const seen = drops[drop];
  const what = journey === null ? 'a packet that nothing else saw' : `packet ${journey}`;
  if (!seen) return `${what} was dropped`;
  const by = [seen.reason, seen.location === null ? null : `in ${seen.location}()`]
    .filter((part) => part !== null)
    .join(' ');
  return `the kernel dropped ${what}: ${by} (${formatSource(seen.source)})`;
}

function detailLines(
  sizes: readonly Of<'mss'>[],
  cut: readonly Of<'segmented'>[],
): readonly string[] {
  return [
    ...sizes.map(
      ({ client, server }) =>
        `MSS ${client ?? '?'} from the client, ${server ?? '?'} from the server`,
    ),
    ...cut.map(
      ({ journey, pieces }) => `packet ${journey} is ${packetsWords(pieces)} elsewhere (offload)`,
    ),
  ];
}
