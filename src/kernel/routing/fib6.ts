import type { Address } from '../../packet/address.ts';
import { contains, network } from '../../packet/prefix.ts';
import type { Decider } from '../decide.ts';
import type { NetnsState } from '../netns-state.ts';
import { forwardingEnabled6, ignoreRoutesWithLinkdown6 } from '../sysctl-lookup6.ts';
import { type FibKey, type TableAnswer, tableName } from './fib.ts';
import { interfaceRoutes6 } from './interface-routes6.ts';
import type { Nexthop, Route } from './route.ts';

/** How a lookup in IPv6 tables chooses between routes of one prefix. Linux: RT6_LOOKUP_F_*. */
export interface Fib6Choice {
  /** Routes by this device are preferred: the output device asked for, or the one a packet came in by. */
  readonly device: string | null;
  /** No other device will do. Linux: RT6_LOOKUP_F_IFACE. */
  readonly strict: boolean;
}

/** Routes of one prefix, the lowest metric first. */
interface Node {
  readonly length: number;
  readonly fromLength: number;
  readonly routes: readonly Route[];
}

/** By prefix length, the longest first; each by network. */
type Table6 = readonly {
  readonly length: number;
  readonly nodes: ReadonlyMap<bigint, readonly Node[]>;
}[];

export interface Fib6 {
  readonly tables: ReadonlyMap<string, Table6>;
  /** False when routes may exist that are not listed. */
  readonly complete: boolean;
}

const cache = new WeakMap<NetnsState, Fib6 | null>();

/** The indexed IPv6 routes of a namespace, or null when neither routes nor addresses are known. */
export function fib6Of(netns: NetnsState): Fib6 | null {
  const known = cache.get(netns);
  if (known !== undefined) return known;
  const fib = buildFib(netns);
  cache.set(netns, fib);
  return fib;
}

function buildFib(netns: NetnsState): Fib6 | null {
  const { routes, partial6 } = netns.routing;
  if (routes === undefined && netns.devices === undefined) return null;
  let all = (routes ?? []).filter(
    (route) => route.destination.address.family === 6 && !isNullEntry(route),
  );
  if (netns.devices && !all.some((route) => tableName(route.table) === 'local')) {
    all = [...interfaceRoutes6(netns.devices), ...all];
  }
  const byTable = new Map<string, Route[]>();
  for (const route of all) {
    const name = tableName(route.table);
    const table = byTable.get(name);
    if (table) table.push(route);
    else byTable.set(name, [route]);
  }
  return {
    tables: new Map([...byTable].map(([name, list]) => [name, indexTable(list)])),
    complete: routes !== undefined && !partial6,
  };
}

/** The kernel's "no route", which older ones list. Linux: ip6_null_entry. */
function isNullEntry({ type, metric, destination }: Route): boolean {
  return type === 'unreachable' && metric === 0xffffffff && destination.length === 0;
}

function indexTable(routes: readonly Route[]): Table6 {
  const byLength = new Map<number, Map<bigint, Map<string, Route[]>>>();
  for (const route of routes) {
    const { address } = network(route.destination);
    if (address.family !== 6) continue;
    const { length } = route.destination;
    const bucket = byLength.get(length) ?? new Map<bigint, Map<string, Route[]>>();
    byLength.set(length, bucket);
    const nodes = bucket.get(address.bits) ?? new Map<string, Route[]>();
    bucket.set(address.bits, nodes);
    const from = route.from ? `${network(route.from).address.bits}/${route.from.length}` : '/0';
    const list = nodes.get(from);
    if (list) list.push(route);
    else nodes.set(from, [route]);
  }
  return [...byLength]
    .sort(([a], [b]) => b - a)
    .map(([length, bucket]) => ({
      length,
      nodes: new Map([...bucket].map(([bits, nodes]) => [bits, nodesOf(length, nodes)])),
    }));
}

/**
 * The routes of a destination by where their packets come from, the narrowest first. Where some ask for a
 * source, those of the same destination that do not are not found: the kernel looks into the subtree
 * alone. Linux: fib6_node_lookup_1(); docs/lab-notes/ipv6.md.
 */
function nodesOf(length: number, nodes: ReadonlyMap<string, readonly Route[]>): readonly Node[] {
  const hasSubtree = [...nodes.values()].some((routes) => (routes[0]?.from?.length ?? 0) > 0);
  return [...nodes.values()]
    .filter((routes) => !hasSubtree || (routes[0]?.from?.length ?? 0) > 0)
    .map((routes) => ({
      length,
      fromLength: routes[0]?.from?.length ?? 0,
      routes: routes.toSorted((a, b) => a.metric - b.metric),
    }))
    .sort((a, b) => b.fromLength - a.fromLength);
}

/**
 * The best match of one table: the longest prefix that has a usable route. A gateway that failed
 * makes a host, which does not forward, look for another route, and at last take it all the same.
 * Linux: fib6_table_lookup(), rt6_select(), ip6_pol_route().
 */
export function lookupTable6(
  netns: NetnsState,
  table: Table6 | undefined,
  key: FibKey,
  choice: Fib6Choice,
  decider: Decider,
): TableAnswer {
  if (!table || key.destination.family !== 6) return { kind: 'miss' };
  const matching = matchingNodes(table, key);
  const deadGateways = matching.some((node) =>
    node.routes.some((route) => route.nexthops.some((hop) => gatewayFailed(netns, hop))),
  );
  if (deadGateways && !forwardingEnabled6(netns, '', decider)) {
    const first = lookupNodes(netns, matching, key, { ...choice, reachable: true }, decider);
    if (first.kind !== 'miss') return first;
  }
  return lookupNodes(netns, matching, key, { ...choice, reachable: false }, decider);
}

function matchingNodes(table: Table6, { destination, source }: FibKey): readonly Node[] {
  if (destination.family !== 6) return [];
  return table.flatMap(({ length, nodes }) => {
    const shift = BigInt(128 - length);
    const found = nodes.get((destination.bits >> shift) << shift) ?? [];
    return found.filter(({ routes }) => comesFrom(routes[0]?.from, source));
  });
}

function comesFrom(from: Route['from'], source: Address | null): boolean {
  return from === undefined || from.length === 0 || (source !== null && contains(from, source));
}

interface Selection extends Fib6Choice {
  readonly reachable: boolean;
}

function lookupNodes(
  netns: NetnsState,
  nodes: readonly Node[],
  key: FibKey,
  selection: Selection,
  decider: Decider,
): TableAnswer {
  for (const { routes } of nodes) {
    const best = selectLeg(netns, routes, key, selection, decider);
    if (!best) continue;
    const { route, nexthop } = best;
    switch (route.type) {
      case 'blackhole':
        return { kind: 'refused', errno: 'EINVAL', route };
      case 'unreachable':
        return { kind: 'refused', errno: 'EHOSTUNREACH', route };
      case 'prohibit':
        return { kind: 'refused', errno: 'EACCES', route };
      case 'throw':
        return { kind: 'miss' };
      case 'unicast':
      case 'local':
      case 'broadcast':
      case 'anycast':
      case 'multicast':
        if (nexthop) return { kind: 'found', route, nexthop };
    }
  }
  return { kind: 'miss' };
}

interface Leg {
  readonly route: Route;
  /** Null for a route that refuses. */
  readonly nexthop: Nexthop | null;
}

/** The best of the lowest metric; of all others where none of that will do. Linux: find_rr_leaf(). */
function selectLeg(
  netns: NetnsState,
  routes: readonly Route[],
  key: FibKey,
  selection: Selection,
  decider: Decider,
): Leg | null {
  const lowest = routes[0]?.metric;
  const legs = routes.flatMap((route): readonly Leg[] =>
    route.nexthops.length === 0
      ? [{ route, nexthop: null }]
      : route.nexthops.map((nexthop) => ({ route, nexthop })),
  );
  const best = (of: readonly Leg[]): Leg | null => {
    let chosen: Leg | null = null;
    let highest = -1;
    for (const leg of of) {
      const score = legScore(netns, leg, key, selection, decider);
      if (score <= highest) continue;
      highest = score;
      chosen = leg;
    }
    return chosen;
  };
  return (
    best(legs.filter(({ route }) => route.metric === lowest)) ??
    best(legs.filter(({ route }) => route.metric !== lowest))
  );
}

const PREFERENCE = { low: 1, medium: 2, high: 3 } as const;

/** A negative score: not to be used. Linux: find_match(), rt6_score_route(). */
function legScore(
  netns: NetnsState,
  { route, nexthop }: Leg,
  key: FibKey,
  { device, strict, reachable }: Selection,
  decider: Decider,
): number {
  if (nexthop?.dead) return -3;
  if (
    nexthop?.linkDown &&
    !key.ignoreLinkState &&
    ignoreRoutesWithLinkdown6(netns, nexthop.device, decider)
  ) {
    return -3;
  }
  // A route that refuses is one of the loopback device.
  const fits = device === null || device === (nexthop?.device ?? 'lo');
  if (!fits && strict) return -3;
  if (reachable && nexthop && gatewayFailed(netns, nexthop)) return -2;
  return (fits ? 2 : 0) | (PREFERENCE[route.preference ?? 'medium'] << 2);
}

/** Linux: rt6_check_neigh(). */
export function gatewayFailed(netns: NetnsState, { gateway, device }: Nexthop): boolean {
  if (gateway?.family !== 6) return false;
  return (netns.neighbours ?? []).some(
    (neighbour) =>
      neighbour.device === device &&
      neighbour.address.family === 6 &&
      neighbour.address.bits === gateway.bits &&
      neighbour.states.includes('FAILED'),
  );
}
