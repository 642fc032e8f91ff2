import type { Conversation, Endpoint, Journey } from '../evidence.ts';
import { subject } from '../observation.ts';
import type { Connection, DirectedPacket } from './connection.ts';
import { destinationOf, sameEndpoint, sourceOf } from './endpoints.ts';
import { outcomeOf } from './outcome.ts';
import { type OrderContext, pathOrder } from './path-order.ts';
import { findRetransmissions } from './retransmissions.ts';

/** A conversation before it is put into a flow class. */
export type Unclassified = Omit<Conversation, 'flowClass' | 'facts'>;

/** Makes a conversation of a connection: its journeys in path order, its ends, its outcome. */
export function conversationOf(
  connection: Connection,
  id: number,
  context: OrderContext,
): Unclassified | null {
  const packets = inTime(connection.packets, context);
  const repeats = findRetransmissions(packets);
  const replies: number[] = [];
  const journeys = packets.map((packet): Journey => {
    if (packet.direction === 'reply') replies.push(packet.index);
    return {
      id: packet.index,
      sightings: pathOrder(packet.sightings, packet.direction, context),
      retransmissionOf: repeats.get(packet.index) ?? null,
      joinedBy: packet.joinedBy,
      mayBe: packet.mayBe,
    };
  });
  const isReply = new Set(replies);
  const there = journeys.filter((journey) => !isReply.has(journey.id));
  const back = journeys.filter((journey) => isReply.has(journey.id));
  const ends = endsOfConversation(there, back);
  if (!ends) return null;
  const outcome = outcomeOf({ originals: there, replies: back, sideOf: context.sideOf });
  return { id, protocol: connection.protocol, ...ends, journeys, replies, outcome };
}

/** In the order of time where all clocks can be compared, else as they were read. */
function inTime(
  packets: readonly DirectedPacket[],
  { corrections }: OrderContext,
): readonly DirectedPacket[] {
  const references = new Set<string>();
  const timed = packets.map((packet) => {
    let first: number | null = null;
    for (const { clock, time, vantage } of packet.sightings) {
      const correction = corrections.get(clock);
      // Whole seconds have no order.
      if (time === null || !correction || (vantage.kind === 'log' && Number.isInteger(time)))
        continue;
      references.add(correction.to);
      const at = correction.apply(time);
      if (first === null || at < first) first = at;
    }
    return { packet, first };
  });
  if (references.size !== 1 || timed.some(({ first }) => first === null)) return packets;
  return timed.toSorted((a, b) => (a.first ?? 0) - (b.first ?? 0)).map(({ packet }) => packet);
}

type Ends = Pick<Conversation, 'client' | 'service' | 'endpoint' | 'translatedClient'>;

interface View {
  readonly from: Endpoint;
  readonly to: Endpoint;
}

function endsOfConversation(there: readonly Journey[], back: readonly Journey[]): Ends | null {
  // What a reply shows last, beside the client, is what the client sees.
  const forth = there.map((journey) => viewsOf(journey, false));
  const forthFromReplies = back.map((journey) => viewsOf(journey, true).toReversed());
  const all = [...forth, ...forthFromReplies].filter((views) => views.length > 0);
  const local = there.findIndex((journey) => journey.sightings[0]?.vantage.hook === 'output');
  const first = (forth[local] ?? all[0])?.[0];
  if (!first) return null;
  const lasts = all.map((views) => views.at(-1)).filter((view) => view !== undefined);
  const endpoint = lasts.find((view) => !sameEndpoint(view.to, first.to))?.to ?? null;
  const translated = lasts.find((view) => !sameEndpoint(view.from, first.from))?.from ?? null;
  return { client: first.from, service: first.to, endpoint, translatedClient: translated };
}

/** Both ends at each sighting as client and server, in path order. */
function viewsOf(journey: Journey, reply: boolean): readonly View[] {
  return journey.sightings.map((sighting) => {
    const packet = subject(sighting.packet);
    const quoted = packet.icmp?.quoted ?? null;
    const of = quoted ?? packet;
    // An error quotes a packet of the direction against which it travels.
    const reversed = reply !== (quoted !== null);
    const [from, to] = [sourceOf(of), destinationOf(of)];
    return reversed ? { from: to, to: from } : { from, to };
  });
}
