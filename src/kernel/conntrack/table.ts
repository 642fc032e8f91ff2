import type { CtDirection } from '../../linux/ct-state.ts';
import { netnsKey } from '../../packet/place.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Run } from '../run.ts';
import type { Connection } from './connection.ts';
import type { ConntrackEntry } from './entry.ts';
import { findIpvsService } from './ipvs-service.ts';
import { sameTuple, tupleKey } from './packet-tuple.ts';
import { isStillThere } from './survival.ts';
import type { Tuple } from './tuple.ts';
import { sameZoneIn, type Zone } from './zone.ts';

/** A connection of the table and the direction in which a tuple belongs to it. */
export interface TableHit {
  readonly connection: Connection;
  readonly direction: CtDirection;
}

/** The entries of a snapshot: by either tuple, and by who opened them. */
interface EntryIndex {
  readonly byTuple: ReadonlyMap<string, readonly ConntrackEntry[]>;
  readonly byOpener: ReadonlyMap<string, readonly ConntrackEntry[]>;
}

const cache = new WeakMap<readonly ConntrackEntry[], EntryIndex>();

function indexOf(entries: readonly ConntrackEntry[]): EntryIndex {
  const known = cache.get(entries);
  if (known) return known;
  const byTuple = new Map<string, ConntrackEntry[]>();
  const byOpener = new Map<string, ConntrackEntry[]>();
  for (const entry of entries) {
    add(byTuple, tupleKey(entry.original), entry);
    add(byTuple, tupleKey(entry.reply), entry);
    add(byOpener, openerKey(entry.original), entry);
  }
  const index = { byTuple, byOpener };
  cache.set(entries, index);
  return index;
}

function add(map: Map<string, ConntrackEntry[]>, key: string, entry: ConntrackEntry): void {
  const list = map.get(key);
  if (list) list.push(entry);
  else map.set(key, [entry]);
}

function openerKey(tuple: Tuple): string {
  return `${tuple.protocol}|${tuple.source.bits}|${tuple.sport}`;
}

/**
 * The connection a tuple belongs to: one of this run, or one of the snapshot, which is then
 * loaded. Linux: nf_conntrack_find_get().
 */
export function findConnection(
  run: Run,
  netns: NetnsState,
  tuple: Tuple,
  zone: Zone,
): TableHit | null {
  const table = run.connections(netnsKey(netns.ref));
  for (const connection of table) {
    const direction = isVisible(connection) ? directionIn(connection, tuple, zone) : null;
    if (direction) return { connection, direction };
  }
  const entries = netns.conntrack && indexOf(netns.conntrack).byTuple.get(tupleKey(tuple));
  for (const entry of entries ?? []) {
    const direction = directionIn(entry, tuple, zone);
    const connection = direction && load(run, netns, entry);
    if (connection) return { connection, direction };
  }
  return null;
}

/** Only confirmed connections are in the hash table. */
function isVisible(connection: Connection): boolean {
  return connection.confirmed && !connection.dying;
}

/** Linux: nf_ct_key_equal(). */
function directionIn(
  connection: Pick<Connection, 'original' | 'reply' | 'zone'>,
  tuple: Tuple,
  zone: Zone,
): CtDirection | null {
  const fits = (direction: CtDirection): boolean =>
    sameZoneIn(connection.zone, zone, direction) && sameTuple(connection[direction], tuple);
  if (fits('original')) return 'original';
  return fits('reply') ? 'reply' : null;
}

/** What each run has loaded, dead or alive: an entry that died must not come back. */
const loaded = new WeakMap<readonly Connection[], Set<ConntrackEntry>>();

function loadedBy(table: readonly Connection[]): Set<ConntrackEntry> {
  let set = loaded.get(table);
  if (!set) {
    set = new Set();
    loaded.set(table, set);
  }
  return set;
}

/** Makes a connection of an entry; null when this run had it before, or when it is gone by now. */
function load(run: Run, netns: NetnsState, entry: ConntrackEntry): Connection | null {
  const table = run.connections(netnsKey(netns.ref));
  const before = loadedBy(table);
  if (before.has(entry)) return null;
  before.add(entry);
  if (!isStillThere(run, netns, entry)) return null;
  const connection: Connection = {
    original: entry.original,
    reply: entry.reply,
    seenReply: entry.seenReply,
    confirmed: true,
    dstNatDone: true,
    srcNatDone: true,
    mark: entry.mark,
    labels: entry.labels && new Set(entry.labels),
    zone: entry.zone,
    assured: entry.assured,
    expected: false,
    state: entry.state,
    ...(isOfIpvs(netns, entry) ? { byIpvs: true } : {}),
    loadedFrom: entry,
  };
  table.push(connection);
  return connection;
}

/** An entry towards a service of IPVS got its server from there, not from nat. */
function isOfIpvs({ ipvs }: NetnsState, { original }: ConntrackEntry): boolean {
  return ipvs !== undefined && findIpvsService(ipvs, original, 0) !== null;
}

/** Whether a tuple is taken by another connection. Linux: nf_conntrack_tuple_taken(). */
export function isTaken(run: Run, netns: NetnsState, tuple: Tuple, except: Connection): boolean {
  const hit = findConnection(run, netns, tuple, except.zone);
  return hit !== null && hit.connection !== except;
}

/**
 * Translated sources that the opener of a tuple already has. Linux: find_appropriate_src().
 */
export function sourceMappings(
  run: Run,
  netns: NetnsState,
  tuple: Tuple,
  zone: Zone,
): readonly Tuple[] {
  const key = openerKey(tuple);
  const table = run.connections(netnsKey(netns.ref));
  const ofRun = table.filter(
    (connection) =>
      isVisible(connection) &&
      sameZoneIn(connection.zone, zone, 'original') &&
      openerKey(connection.original) === key,
  );
  const entries = netns.conntrack ? (indexOf(netns.conntrack).byOpener.get(key) ?? []) : [];
  const before = loadedBy(table);
  const ofSnapshot = entries.filter(
    (entry) => sameZoneIn(entry.zone, zone, 'original') && !before.has(entry),
  );
  return [...ofRun, ...ofSnapshot].map(({ reply }) => reply);
}
