import type { Errno } from '../../linux/errno.ts';
import type { Address } from '../../packet/address.ts';
import { ipv4Mask } from '../../packet/prefix.ts';
import type { Decider } from '../decide.ts';
import type { NetnsState } from '../netns-state.ts';
import { ignoreRoutesWithLinkdown } from '../sysctl-lookup.ts';
import { interfaceRoutes } from './interface-routes.ts';
import type { Nexthop, Route } from './route.ts';

/** The key of a lookup in the routing tables. Linux: struct flowi4. */
export interface FibKey {
  readonly destination: Address;
  /** null while no source is chosen: rules then see 0.0.0.0. */
  readonly source: Address | null;
  /** `lo` for what this namespace sends itself. */
  readonly iif: string;
  readonly oif: string | null;
  readonly mark: number;
  readonly tos: number;
  readonly protocol: number;
  readonly sport: number;
  readonly dport: number;
  readonly uid: number | null;
  /** FIB_LOOKUP_IGNORE_LINKSTATE. */
  readonly ignoreLinkState?: boolean;
}

/** What one table says. `miss` and a `throw` route go on with the next rule. */
export type TableAnswer =
  | { readonly kind: 'found'; readonly route: Route; readonly nexthop: Nexthop }
  | { readonly kind: 'refused'; readonly errno: Errno; readonly route: Route }
  | { readonly kind: 'miss' };

/** The routes of one table by prefix length, the longest first. */
type Table = readonly LengthBucket[];

interface LengthBucket {
  readonly mask: number;
  /** By network address; in the kernel's order (fib_find_alias). */
  readonly routes: ReadonlyMap<number, readonly Route[]>;
}

export interface Fib {
  readonly tables: ReadonlyMap<string, Table>;
  /**
   * `local` and `main` in one: what the kernel searches until a rule is added or removed.
   * Linux: fib_trie_unmerge().
   */
  readonly merged: Table;
  /** False when routes may exist that are not listed. */
  readonly complete: boolean;
  /** RTN_LOCAL routes that no address made. Linux: fib_has_custom_local_routes. */
  readonly customLocalRoutes: boolean;
}

const cache = new WeakMap<NetnsState, Fib | null>();

/** The indexed routes of a namespace, or null when neither routes nor addresses are known. */
export function fibOf(netns: NetnsState): Fib | null {
  const known = cache.get(netns);
  if (known !== undefined) return known;
  const fib = buildFib(netns);
  cache.set(netns, fib);
  return fib;
}

function buildFib(netns: NetnsState): Fib | null {
  const { routes, partial } = netns.routing;
  if (routes === undefined && netns.devices === undefined) return null;
  let all = routes ?? [];
  // Evidence gives single routes; the routes that addresses make come with every address.
  if (netns.devices && !all.some((route) => tableName(route.table) === 'local')) {
    all = [...interfaceRoutes(netns.devices), ...all];
  }
  const byTable = new Map<string, Route[]>();
  for (const route of all) {
    if (route.destination.address.family !== 4) continue;
    const name = tableName(route.table);
    const table = byTable.get(name);
    if (table) table.push(route);
    else byTable.set(name, [route]);
  }
  const tables = new Map([...byTable].map(([name, list]) => [name, indexTable(list)]));
  return {
    tables,
    merged: indexTable([...(byTable.get('local') ?? []), ...(byTable.get('main') ?? [])]),
    complete: routes !== undefined && !partial,
    customLocalRoutes: all.some((route) => route.type === 'local' && route.protocol !== 'kernel'),
  };
}

/** The name of a table that the kernel gives one. */
export function tableName(table: string): string {
  if (table === '255') return 'local';
  if (table === '254') return 'main';
  return table === '253' ? 'default' : table;
}

function indexTable(routes: readonly Route[]): Table {
  const byLength = new Map<number, Map<number, Route[]>>();
  for (const route of routes) {
    const { address, length } = route.destination;
    if (address.family !== 4) continue;
    let bucket = byLength.get(length);
    if (!bucket) {
      bucket = new Map();
      byLength.set(length, bucket);
    }
    const network = (address.bits & ipv4Mask(length)) >>> 0;
    const list = bucket.get(network);
    if (list) list.push(route);
    else bucket.set(network, [route]);
  }
  for (const bucket of byLength.values()) {
    for (const list of bucket.values()) if (list.length > 1) list.sort(aliasOrder);
  }
  return [...byLength]
    .sort(([a], [b]) => b - a)
    .map(([length, bucket]) => ({ mask: ipv4Mask(length), routes: bucket }));
}

/** Linux: fib_find_alias(): the higher table id, then the exact tos, then the lower metric. */
function aliasOrder(a: Route, b: Route): number {
  const local = (route: Route): number => (tableName(route.table) === 'local' ? 0 : 1);
  return local(a) - local(b) || b.tos - a.tos || a.metric - b.metric;
}

/** IPTOS_TOS_MASK without the ECN bits, which route lookups ignore. */
const LEGACY_TOS_MASK = 0x1c;

/** The best match of one table. Linux: fib_table_lookup(), where an object misses: backtrace. */
export function lookupTable(
  netns: NetnsState,
  table: Table | undefined,
  key: FibKey,
  decider: Decider,
): TableAnswer {
  const { destination } = key;
  if (!table || destination.family !== 4) return { kind: 'miss' };
  let leftLeaf: number | null = null;
  for (const { mask, routes } of table) {
    const network = (destination.bits & mask) >>> 0;
    if (network === leftLeaf) continue;
    for (const route of routes.get(network) ?? []) {
      if (route.tos !== 0 && route.tos !== (key.tos & LEGACY_TOS_MASK)) continue;
      const answer = answerOf(netns, route, key, decider);
      if (answer) return answer;
      // Where an object has no way, all routes of this network address are passed over.
      if (route.byObject) {
        leftLeaf = network;
        break;
      }
    }
  }
  return { kind: 'miss' };
}

/** What a matching route says; null when none of its nexthops can be used. */
function answerOf(
  netns: NetnsState,
  route: Route,
  key: FibKey,
  decider: Decider,
): TableAnswer | null {
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
    case 'multicast': {
      const nexthop = route.nexthops.find((hop) => usable(netns, hop, key, decider));
      return nexthop ? { kind: 'found', route, nexthop } : null;
    }
  }
}

/** Linux: fib_lookup_good_nhc(). */
function usable(netns: NetnsState, hop: Nexthop, key: FibKey, decider: Decider): boolean {
  if (hop.dead) return false;
  if (key.oif !== null && key.oif !== hop.device) return false;
  if (!hop.linkDown || key.ignoreLinkState) return true;
  return !ignoreRoutesWithLinkdown(netns, hop.device, decider);
}
