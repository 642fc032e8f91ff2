import type { Side } from '../evidence.ts';
import { type Observation, subject } from '../observation.ts';
import type { Correction } from './clocks.ts';
import { orderWithin, type Role, roleOf } from './host-order.ts';

export interface OrderContext {
  readonly corrections: ReadonlyMap<string, Correction>;
  readonly sideOf: ReadonlyMap<string, Side>;
}

type Direction = 'original' | 'reply';

/**
 * Sorts the sightings of one packet as it travelled. Each router takes one from the TTL, which
 * divides the way into legs; a leg goes from the host that sends to the one that receives; within
 * a host the kernel's hooks have their order. Without TTLs: hosts by corrected time, else by side.
 */
export function pathOrder(
  sightings: readonly Observation[],
  direction: Direction,
  context: OrderContext,
): readonly Observation[] {
  if (sightings.length < 2) return sightings;
  const ttls = ttlsOf(sightings, context);
  if (!ttls) return orderLeg(sightings, direction, context);
  const legs = new Map<number, Observation[]>();
  sightings.forEach((sighting, index) => {
    const ttl = ttls[index] ?? 0;
    const leg = legs.get(ttl);
    if (leg) leg.push(sighting);
    else legs.set(ttl, [sighting]);
  });
  return [...legs]
    .toSorted(([a], [b]) => b - a)
    .flatMap(([, leg]) => orderLeg(leg, direction, context));
}

/** Where a format shows no TTL, that of a sighting at the same device, or of the nearest in time. */
function ttlsOf(
  sightings: readonly Observation[],
  context: OrderContext,
): readonly number[] | null {
  const shown = sightings.filter((sighting) => subject(sighting.packet).ttl !== null);
  if (shown.length === 0) return null;
  const ttls: number[] = [];
  for (const sighting of sightings) {
    const ttl = subject(sighting.packet).ttl ?? guessTtl(sighting, shown, context);
    if (ttl === null) return null;
    ttls.push(ttl);
  }
  return ttls;
}

function guessTtl(
  sighting: Observation,
  shown: readonly Observation[],
  context: OrderContext,
): number | null {
  const here = shown.filter((other) => hostOf(other) === hostOf(sighting));
  const { device } = sighting.vantage;
  const beside = here.filter(
    ({ vantage }) => device !== null && [vantage.device, vantage.iif, vantage.oif].includes(device),
  );
  const [same, ...others] = new Set(beside.map(({ packet }) => subject(packet).ttl));
  if (same !== undefined && others.length === 0) return same;
  const time = correctedTime(sighting, context);
  if (time === null) return null;
  let nearest: number | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const other of beside.length > 0 ? beside : shown) {
    const at = correctedTime(other, context);
    if (at === null || Math.abs(at - time) >= least) continue;
    least = Math.abs(at - time);
    nearest = subject(other.packet).ttl;
  }
  return nearest;
}

function hostOf({ vantage }: Observation): string {
  return vantage.node === null ? vantage.group : `${vantage.node}/${vantage.netns ?? ''}`;
}

interface Host {
  readonly sightings: Observation[];
  readonly role: Role;
  readonly time: number | null;
  readonly rank: number;
}

function orderLeg(
  leg: readonly Observation[],
  direction: Direction,
  context: OrderContext,
): readonly Observation[] {
  const hosts = new Map<string, Observation[]>();
  for (const sighting of leg) {
    const host = hosts.get(hostOf(sighting));
    if (host) host.push(sighting);
    else hosts.set(hostOf(sighting), [sighting]);
  }
  const lists = [...hosts.values()];
  if (lists.length === 1) return lists.flatMap((list) => orderWithin(list, roleOf(list)));
  const timed = timesOf(lists, context);
  const places = lists.map((sightings, index): Host => {
    const rank = sideRank(sightings, direction, context.sideOf);
    return { sightings, role: roleOf(sightings), time: timed[index] ?? null, rank };
  });
  return places
    .toSorted(compareHosts)
    .flatMap(({ sightings, role }) => orderWithin(sightings, role));
}

const ROLE_RANK = { sends: 0, receives: 2 } as const;

function compareHosts(x: Host, y: Host): number {
  if (x.role !== 'both' && y.role !== 'both' && x.role !== null && y.role !== null) {
    if (x.role !== y.role) return ROLE_RANK[x.role] - ROLE_RANK[y.role];
  }
  if (x.time !== null && y.time !== null && x.time !== y.time) return x.time - y.time;
  if (x.rank !== y.rank) return x.rank - y.rank;
  return highestTtl(y) - highestTtl(x);
}

function highestTtl({ sightings }: Host): number {
  return sightings.reduce((most, { packet }) => Math.max(most, subject(packet).ttl ?? 0), 0);
}

/** All or none: a mixture of corrected and plain times has no order. */
function timesOf(
  hosts: readonly (readonly Observation[])[],
  context: OrderContext,
): readonly (number | null)[] {
  const firsts = hosts.map((host) => host.find(isExact));
  const references = new Set(
    firsts.map((sighting) => sighting && context.corrections.get(sighting.clock)?.to),
  );
  if (references.size > 1 || references.has(undefined)) return [];
  return hosts.map((host) =>
    host.reduce<number | null>((least, sighting) => {
      const time = isExact(sighting) ? correctedTime(sighting, context) : null;
      return time === null || (least !== null && least <= time) ? least : time;
    }, null),
  );
}

function correctedTime({ time, clock }: Observation, { corrections }: OrderContext): number | null {
  return time === null ? null : (corrections.get(clock)?.apply(time) ?? null);
}

function isExact({ vantage, time }: Observation): boolean {
  return time !== null && (vantage.kind === 'capture' || !Number.isInteger(time));
}

function sideRank(
  host: readonly Observation[],
  direction: Direction,
  sideOf: ReadonlyMap<string, Side>,
): number {
  const side = host.map((sighting) => sideOf.get(sighting.vantage.group)).find((known) => known);
  if (!side) return 1;
  return (side === 'client') === (direction === 'original') ? 0 : 2;
}
