import type { CtDirection } from '../../linux/ct-state.ts';
import { netnsKey } from '../../packet/place.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Run } from '../run.ts';
import type { Connection } from './connection.ts';
import type { ConntrackEntry } from './entry.ts';
import { sameTuple, tupleKey } from './packet-tuple.ts';
import type { Tuple } from './tuple.ts';

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
  zone: number,
): TableHit | null {
  const table = run.connections(netnsKey(netns.ref));
  for (const connection of table) {
    const direction = directionIn(connection, tuple);
    if (direction && isVisible(connection, zone)) return { connection, direction };
  }
  const entries = netns.conntrack && indexOf(netns.conntrack).byTuple.get(tupleKey(tuple));
  for (const entry of entries ?? []) {
    if (entry.zone !== zone) continue;
    const connection = load(table, entry);
    const direction = connection && directionIn(connection, tuple);
    if (connection && direction) return { connection, direction };
  }
  return null;
}

/** Only confirmed connections are in the hash table. */
function isVisible(connection: Connection, zone: number): boolean {
  return connection.confirmed && !connection.dying && connection.zone === zone;
}

function directionIn(connection: Connection, tuple: Tuple): CtDirection | null {
  if (sameTuple(connection.original, tuple)) return 'original';
  return sameTuple(connection.reply, tuple) ? 'reply' : null;
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

/** Makes a connection of an entry; null when this run had it before. */
function load(table: Connection[], entry: ConntrackEntry): Connection | null {
  const before = loadedBy(table);
  if (before.has(entry)) return null;
  before.add(entry);
  const connection: Connection = {
    original: entry.original,
    reply: entry.reply,
    seenReply: entry.seenReply,
    confirmed: true,
    dstNatDone: true,
    srcNatDone: true,
    mark: entry.mark,
    zone: entry.zone,
    state: entry.state,
    loadedFrom: entry,
  };
  table.push(connection);
  return connection;
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
  zone: number,
): readonly Tuple[] {
  const key = openerKey(tuple);
  const table = run.connections(netnsKey(netns.ref));
  const ofRun = table.filter(
    (connection) => isVisible(connection, zone) && openerKey(connection.original) === key,
  );
  const entries = netns.conntrack ? (indexOf(netns.conntrack).byOpener.get(key) ?? []) : [];
  const before = loadedBy(table);
  const ofSnapshot = entries.filter((entry) => entry.zone === zone && !before.has(entry));
  return [...ofRun, ...ofSnapshot].map(({ reply }) => reply);
}
