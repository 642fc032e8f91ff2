import type { Conversation, Journey } from '../../evidence.ts';
import type { Direction, Fact } from '../../fact.ts';
import { type Observation, subject } from '../../observation.ts';
import { DIRECTIONS, type FlowView, flowView, tcpOf } from './flow-view.ts';

/** Handshake, retransmissions, resets, windows and sizes of a connection. */
export function tcpFacts(
  conversation: Pick<Conversation, 'journeys' | 'replies'>,
): readonly Fact[] {
  const view = flowView(conversation);
  return [
    ...halfOpen(view),
    ...DIRECTIONS.flatMap((direction) => retransmissions(view, direction)),
    ...DIRECTIONS.flatMap((direction) => resets(view, direction)),
    ...DIRECTIONS.flatMap((direction) => zeroWindows(view, direction)),
    ...sizes(view),
  ];
}

function halfOpen({ original, reply }: FlowView): readonly Fact[] {
  const syns = original.filter((journey) => {
    const flags = tcpOf(journey)?.flags;
    return flags?.syn === true && flags.ack !== true;
  });
  const answers = reply.filter((journey) => {
    const flags = tcpOf(journey)?.flags;
    return flags?.syn === true && flags.ack === true;
  });
  const ended = [...original, ...reply].some((journey) => tcpOf(journey)?.flags.rst);
  const acknowledged = original.some((journey) => {
    const flags = tcpOf(journey)?.flags;
    return flags?.ack === true && !flags.syn && !flags.rst;
  });
  if (syns.length + answers.length === 0 || ended || acknowledged) return [];
  const ids = (list: readonly Journey[]): readonly number[] => list.map(({ id }) => id);
  if (answers.length > 0) {
    return [{ kind: 'half-open', missing: 'ack', syns: ids(syns), answers: ids(answers) }];
  }
  return reply.length > 0
    ? []
    : [{ kind: 'half-open', missing: 'syn-ack', syns: ids(syns), answers: [] }];
}

function retransmissions(view: FlowView, direction: Direction): readonly Fact[] {
  const copies = view[direction].filter(({ retransmissionOf }) => retransmissionOf !== null);
  if (copies.length === 0) return [];
  const byId = new Map(view[direction].map((journey) => [journey.id, journey]));
  const seconds = copies.reduce<number | null>((most, copy) => {
    const first = byId.get(copy.retransmissionOf ?? -1);
    const since = first ? between(first, copy) : null;
    return since === null || (most !== null && most >= since) ? most : since;
  }, null);
  return [{ kind: 'retransmissions', direction, journeys: copies.map(({ id }) => id), seconds }];
}

/** On the first clock that saw both. */
function between(a: Journey, b: Journey): number | null {
  for (const one of a.sightings) {
    const other = b.sightings.find(({ clock, time }) => clock === one.clock && time !== null);
    if (other && one.time !== null) return (other.time ?? 0) - one.time;
  }
  return null;
}

function resets(view: FlowView, direction: Direction): readonly Fact[] {
  const found = view[direction].filter((journey) => tcpOf(journey)?.flags.rst);
  const [journey] = found;
  const first = journey?.sightings[0];
  if (!journey || !first) return [];
  const others = view[direction].filter((other) => !tcpOf(other)?.flags.rst);
  const { ttl, otherTtl } = comparedTtls(journey, others);
  const fact = {
    kind: 'reset',
    direction,
    journey: journey.id,
    first: first.id,
    ttl,
    otherTtl,
  } as const;
  if (first.vantage.hook === 'output') return [{ ...fact, madeBy: 'host' }];
  if (ttl === null || otherTtl === null) return [{ ...fact, madeBy: 'unknown' }];
  return [{ ...fact, madeBy: ttl === otherTtl ? 'end' : 'between' }];
}

/** The TTL of a packet and of others from the same side, where one place saw both. */
function comparedTtls(
  journey: Journey,
  others: readonly Journey[],
): { readonly ttl: number | null; readonly otherTtl: number | null } {
  const ttls = new Map<string, number>();
  for (const { sightings } of others) {
    for (const sighting of sightings) {
      const { ttl } = subject(sighting.packet);
      if (ttl !== null) ttls.set(placeKey(sighting), ttl);
    }
  }
  for (const sighting of journey.sightings) {
    const { ttl } = subject(sighting.packet);
    const otherTtl = ttls.get(placeKey(sighting));
    if (ttl !== null && otherTtl !== undefined) return { ttl, otherTtl };
  }
  return { ttl: null, otherTtl: null };
}

function placeKey({ vantage, packet }: Observation): string {
  return `${vantage.group} ${vantage.device} ${vantage.hook} ${vantage.table} ${packet.inner === null}`;
}

function zeroWindows(view: FlowView, direction: Direction): readonly Fact[] {
  const journeys = view[direction]
    .filter((journey) => {
      const tcp = tcpOf(journey);
      return tcp?.window === 0 && !tcp.flags.rst && !tcp.flags.syn;
    })
    .map(({ id }) => id);
  return journeys.length === 0 ? [] : [{ kind: 'zero-window', direction, journeys }];
}

function sizes(view: FlowView): readonly Fact[] {
  const told = (direction: Direction): Journey | undefined =>
    view[direction].find((journey) => tcpOf(journey)?.flags.syn);
  const [syn, synAck] = [told('original'), told('reply')];
  const changes = [syn, synAck].flatMap((journey) => (journey ? changesOf(journey) : []));
  const last = (journey: Journey | undefined): number | null => {
    const shown = journey?.sightings.map(mssOf).filter((mss) => mss !== null);
    return shown?.at(-1) ?? null;
  };
  const [client, server] = [last(syn), last(synAck)];
  if (client === null && server === null) return changes;
  return [{ kind: 'mss', client, server }, ...changes];
}

function changesOf({ id, sightings }: Journey): readonly Fact[] {
  const facts: Fact[] = [];
  let before: Observation | null = null;
  for (const sighting of sightings) {
    const mss = mssOf(sighting);
    if (mss === null) continue;
    const was: number | null = before && mssOf(before);
    if (before && was !== null && was !== mss) {
      const [from, to]: readonly [number, number] = [before.id, sighting.id];
      facts.push({ kind: 'mss-changed', journey: id, before: was, after: mss, from, to });
    }
    before = sighting;
  }
  return facts;
}

function mssOf({ packet }: Observation): number | null {
  return subject(packet).tcp?.mss ?? null;
}
