import { HOOKS } from '../../linux/hook.ts';
import { XT_TABLE_HOOKS, XT_TABLES } from '../../linux/priority.ts';
import type { ClockOffset, Side } from '../evidence.ts';
import { type Observation, subject } from '../observation.ts';
import { clockCorrections } from './clocks.ts';

export interface OrderContext {
  readonly offsets: readonly ClockOffset[];
  readonly sideOf: ReadonlyMap<string, Side>;
}

/**
 * Sorts the sightings of one packet as it travelled: hosts by corrected time, else by side;
 * within a host the hooks as the kernel runs them, with the captures before and after.
 */
export function pathOrder(
  sightings: readonly Observation[],
  direction: 'original' | 'reply',
  context: OrderContext,
): readonly Observation[] {
  if (sightings.length < 2) return sightings;
  const hosts = new Map<string, Observation[]>();
  for (const sighting of sightings) {
    const host = sighting.vantage.node ?? sighting.vantage.group;
    const list = hosts.get(host);
    if (list) list.push(sighting);
    else hosts.set(host, [sighting]);
  }
  return orderHosts([...hosts.values()], direction, context).flatMap(orderWithin);
}

function orderHosts(
  hosts: readonly Observation[][],
  direction: 'original' | 'reply',
  context: OrderContext,
): readonly (readonly Observation[])[] {
  if (hosts.length < 2) return hosts;
  const times = correctedTimes(hosts, context.offsets);
  const ranks = hosts.map((host) => sideRank(host, direction, context.sideOf));
  const places = hosts.map((host, index) => ({
    host,
    time: times[index] ?? null,
    rank: ranks[index] ?? 1,
    ttl: host.reduce((ttl, seen) => Math.max(ttl, subject(seen.packet).ttl ?? 0), 0),
  }));
  return places
    .toSorted((x, y) => {
      if (x.time !== null && y.time !== null && x.time !== y.time) return x.time - y.time;
      if (x.rank !== y.rank) return x.rank - y.rank;
      return y.ttl - x.ttl;
    })
    .map(({ host }) => host);
}

/** All or none: a mixture of corrected and plain times has no order. */
function correctedTimes(
  hosts: readonly Observation[][],
  offsets: readonly ClockOffset[],
): readonly (number | null)[] {
  const captured = hosts.map((host) => host.find(isTimedCapture));
  const reference = captured.find((sighting) => sighting !== undefined)?.clock;
  if (reference === undefined) return [];
  const corrections = clockCorrections(reference, offsets);
  const times = captured.map((sighting) => {
    const correction = sighting && corrections.get(sighting.clock);
    return correction === undefined ? null : (sighting?.time ?? 0) + correction;
  });
  return times.includes(null) ? [] : times;
}

function isTimedCapture(sighting: Observation): boolean {
  return sighting.vantage.kind === 'capture' && sighting.time !== null;
}

function sideRank(
  host: readonly Observation[],
  direction: 'original' | 'reply',
  sideOf: ReadonlyMap<string, Side>,
): number {
  const side = host.map((sighting) => sideOf.get(sighting.vantage.group)).find((known) => known);
  if (!side) return 1;
  return (side === 'client') === (direction === 'original') ? 0 : 2;
}

/**
 * Every hook with its tables by priority; at one hook of a table a TRACE prints several lines,
 * which keep their order.
 */
const LOG_RANK: ReadonlyMap<string, number> = new Map(
  HOOKS.flatMap((hook, index) => {
    const tables = XT_TABLES.filter((table) => XT_TABLE_HOOKS[table][hook] !== undefined);
    const sorted = tables.toSorted(
      (a, b) => (XT_TABLE_HOOKS[a][hook] ?? 0) - (XT_TABLE_HOOKS[b][hook] ?? 0),
    );
    return sorted.map((table, at): [string, number] => [`${hook} ${table}`, index * 10 + at]);
  }),
);

const BEFORE_HOOKS = -1;
const AFTER_HOOKS = 100;

function orderWithin(host: readonly Observation[]): readonly Observation[] {
  const logs = host.filter((sighting) => sighting.vantage.kind === 'log');
  const arrivals = new Set(logs.map((sighting) => sighting.vantage.iif));
  // Where one hook is unknown, the order in which the kernel wrote its log is the better one.
  const known = logs.every((sighting) => sighting.vantage.hook !== null);
  return host
    .map((sighting) => ({ sighting, rank: rankOf(sighting, arrivals, known) }))
    .toSorted((x, y) => x.rank - y.rank || byTime(x.sighting, y.sighting))
    .map(({ sighting }) => sighting);
}

function byTime(a: Observation, b: Observation): number {
  if (a.clock !== b.clock) return a.clock < b.clock ? -1 : 1;
  return (a.time ?? 0) - (b.time ?? 0) || a.id - b.id;
}

/** Without a log all captures have one rank: their times order them. */
function rankOf(
  sighting: Observation,
  arrivals: ReadonlySet<string | null>,
  known: boolean,
): number {
  const { vantage } = sighting;
  if (vantage.kind === 'log') {
    if (vantage.hook === null || !known) return 0;
    return LOG_RANK.get(`${vantage.hook} ${vantage.table}`) ?? HOOKS.indexOf(vantage.hook) * 10 + 5;
  }
  const arrives = vantage.device !== null && arrivals.has(vantage.device);
  return arrives && vantage.direction !== 'out' ? BEFORE_HOOKS : AFTER_HOOKS;
}
