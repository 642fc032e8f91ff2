import { HOOKS, type Hook } from '../../linux/hook.ts';
import { XT_TABLE_HOOKS, XT_TABLES } from '../../linux/priority.ts';
import type { Observation } from '../observation.ts';

/** What a host does with a packet on one leg of its way; null when no hook tells. */
export type Role = 'sends' | 'receives' | 'both' | null;

const SENDING: ReadonlySet<Hook> = new Set<Hook>(['forward', 'output', 'postrouting']);

export function roleOf(host: readonly Observation[]): Role {
  let sends = false;
  let receives = false;
  for (const { vantage } of host) {
    if (vantage.hook === null) continue;
    if (SENDING.has(vantage.hook)) sends = true;
    else receives = true;
  }
  if (sends && receives) return 'both';
  return sends ? 'sends' : receives ? 'receives' : null;
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

/**
 * The stages of a host: a tunnel's packet comes in and is opened; what it carries comes in, meets
 * the hooks and goes out; a tunnel's packet is made of it and goes out.
 */
const STAGE = {
  carrierIn: 0,
  carrierInHooks: 100,
  in: 200,
  hooks: 300,
  out: 400,
  carrierOutHooks: 500,
  carrierOut: 600,
} as const;

/** Sorts the sightings of one packet within a host. */
export function orderWithin(host: readonly Observation[], role: Role): readonly Observation[] {
  const logs = host.filter((sighting) => sighting.vantage.kind === 'log');
  // Where one hook is unknown, the order in which the kernel wrote its log is the better one.
  const known = logs.every((sighting) => sighting.vantage.hook !== null);
  const carried = host.filter(isCarrier).length;
  const tunnel = carried > 0 && carried < host.length;
  const arrivals = new Set(logs.map(({ vantage }) => vantage.iif));
  const stageOf = (sighting: Observation): number => {
    const carrier = tunnel && isCarrier(sighting);
    const { hook, table } = sighting.vantage;
    if (sighting.vantage.kind === 'log') {
      if (!known || hook === null) return STAGE.hooks;
      const rank = LOG_RANK.get(`${hook} ${table}`) ?? HOOKS.indexOf(hook) * 10 + 5;
      if (!carrier) return STAGE.hooks + rank;
      return (SENDING.has(hook) ? STAGE.carrierOutHooks : STAGE.carrierInHooks) + rank;
    }
    // Without a log their times order captures.
    if (logs.length === 0) return STAGE.hooks;
    const arrives = comesIn(sighting, role, arrivals);
    if (carrier) return arrives ? STAGE.carrierIn : STAGE.carrierOut;
    if (arrives) return STAGE.in;
    return tunnel || role === 'sends' ? STAGE.out : STAGE.carrierOut;
  };
  return host
    .map((sighting) => ({ sighting, stage: stageOf(sighting) }))
    .toSorted((x, y) => x.stage - y.stage || byTime(x.sighting, y.sighting))
    .map(({ sighting }) => sighting);
}

function isCarrier({ packet }: Observation): boolean {
  return packet.inner !== null;
}

function comesIn(
  { vantage }: Observation,
  role: Role,
  arrivals: ReadonlySet<string | null>,
): boolean {
  if (vantage.direction !== null) return vantage.direction === 'in';
  if (role === 'receives') return true;
  if (role === 'sends') return false;
  return vantage.device !== null && arrivals.has(vantage.device);
}

function byTime(a: Observation, b: Observation): number {
  if (a.clock !== b.clock) return a.clock < b.clock ? -1 : 1;
  return (a.time ?? 0) - (b.time ?? 0) || a.id - b.id;
}
