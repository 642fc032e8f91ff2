import { BARE_VANTAGE } from '../bare-vantage.ts';
import type { DropSighting } from '../drop.ts';
import { type Observation, subject } from '../observation.ts';
import { pairKey } from './endpoints.ts';
import type { JoinedPacket } from './join-packets.ts';

/** Drops that were joined to packets, and those of which only the flow is known; by index. */
export interface JoinedDrops {
  readonly ofPacket: ReadonlyMap<number, readonly number[]>;
  /** By the key of both ends. */
  readonly ofFlow: ReadonlyMap<string, readonly number[]>;
}

/** Drops with headers as sightings, numbered on from the observations: they are joined like those. */
export function dropObservations(
  drops: readonly DropSighting[],
  from: number,
): readonly Observation[] {
  return drops.flatMap((drop, index): Observation[] => {
    const { node, netns, device, time, timeBase, clock, packet, source } = drop;
    if (!packet) return [];
    const vantage: Observation['vantage'] = {
      kind: 'log',
      ...BARE_VANTAGE,
      node,
      netns,
      device,
      label: `${drop.location}`,
      group: `${source.file} drops`,
    };
    const id = from + index;
    const base = { id, vantage, time, timeBase, clock, packet, link: null, uid: null };
    return [{ ...base, format: 'kernel-log', source }];
  });
}

/** Takes the drops out of the joined packets again. */
export function separateDrops(
  packets: readonly JoinedPacket[],
  from: number,
): { readonly packets: readonly JoinedPacket[]; readonly drops: JoinedDrops } {
  const ofPacket = new Map<number, number[]>();
  const ofFlow = new Map<string, number[]>();
  const kept = packets.map((packet, index): JoinedPacket => {
    const drops = packet.sightings.filter(({ id }) => id >= from);
    if (drops.length === 0) return packet;
    const sightings = packet.sightings.filter(({ id }) => id < from);
    for (const { id, packet: dropped } of drops) {
      if (sightings.length > 0) push(ofPacket, index, id - from);
      else push(ofFlow, pairKey(subject(dropped)), id - from);
    }
    return { ...packet, sightings };
  });
  return { packets: kept, drops: { ofPacket, ofFlow } };
}

function push<Key>(map: Map<Key, number[]>, key: Key, value: number): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}
