import { type Observation, subject } from '../observation.ts';
import type { Connection, DirectedPacket } from './connection.ts';

/** When each place saw a packet. A place is a group or a clock, as `placeOf` names it. */
export interface PlaceTimes {
  /** The first and last sighting there, seconds on the place's clock. */
  readonly first: number;
  readonly last: number;
  readonly clock: string;
  readonly sighting: Observation;
}

export function timesByPlace(
  packet: DirectedPacket,
  placeOf: (observation: Observation) => string,
): ReadonlyMap<string, PlaceTimes> {
  const places = new Map<string, PlaceTimes>();
  for (const sighting of packet.sightings) {
    const { time, clock, vantage } = sighting;
    // A syslog time has whole seconds: too coarse to compare clocks with.
    if (time === null || (vantage.kind === 'log' && Number.isInteger(time))) continue;
    const place = placeOf(sighting);
    const known = places.get(place);
    places.set(place, {
      first: Math.min(time, known?.first ?? time),
      last: Math.max(time, known?.last ?? time),
      clock,
      sighting: known?.sighting ?? sighting,
    });
  }
  return places;
}

/** The SYN that was answered, and its answer. */
export interface Handshake {
  readonly syn: DirectedPacket;
  readonly synAck: DirectedPacket;
}

/** The last SYN before the first SYN-ACK, matched by the acknowledged sequence number. */
export function handshakeOf(connection: Connection): Handshake | null {
  const synAck = connection.packets.find((packet) => {
    const flags = tcpOf(packet)?.flags;
    return packet.direction === 'reply' && flags?.syn === true && flags.ack === true;
  });
  if (!synAck) return null;
  const echo = tcpOf(synAck)?.timestampEcho ?? null;
  const syns = connection.packets.filter((packet) => {
    const flags = tcpOf(packet)?.flags;
    return packet.direction === 'original' && flags?.syn === true && flags.ack !== true;
  });
  const echoed = syns.find((syn) => echo !== null && tcpOf(syn)?.timestampValue === echo);
  const syn = echoed ?? (syns.length === 1 ? syns[0] : undefined);
  return syn ? { syn, synAck } : null;
}

function tcpOf(packet: DirectedPacket): ReturnType<typeof subject>['tcp'] {
  let found = null;
  for (const sighting of packet.sightings) {
    const { tcp } = subject(sighting.packet);
    if (tcp && (found === null || tcp.timestampValue !== null)) found = tcp;
  }
  return found;
}
