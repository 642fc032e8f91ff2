import { NO_TIME } from '../wall-time.ts';
import type { EntryText } from './tracked-draft.ts';

const LINE =
  /^(?:\[(\d{9,11}\.\d{1,9})\]\s{0,8})?(?:\[(NEW|UPDATE|DESTROY)\] +)?(?:ipv[46] {1,8}\d{1,2} +)?(?:[a-z][a-z0-9-]{1,15}|\d{1,3}) +(\d{1,3}) +(?:(\d{1,10}) +)?(?:([A-Z][A-Z_0-9]{1,24}) +)?(src=.*)$/;
const EVENTS = { NEW: 'new', UPDATE: 'update', DESTROY: 'destroy' } as const;
/** Fields that belong to a direction; the others are of the entry. */
const OF_TUPLE = new Set(
  'src dst sport dport type code id packets bytes srckey dstkey zone-orig zone-reply'.split(' '),
);

/**
 * Reads an entry of `conntrack -L`, `-E`, `-G` or /proc/net/nf_conntrack, with any of the
 * columns that `-o` adds; null for another line. libnetfilter_conntrack: snprintf_default.c.
 */
export function parseConntrackLine(line: string): EntryText | null {
  const match = LINE.exec(line);
  if (!match) return null;
  const [, stamp, event, protocol, timeout, state, rest = ''] = match;
  const original = new Map<string, string>();
  const reply = new Map<string, string>();
  const entry = new Map<string, string>();
  const flags = new Set<string>();
  let tuple: Map<string, string> | null = null;
  for (const word of rest.split(' ', 100)) {
    const at = word.indexOf('=');
    if (at < 0) {
      if (/^\[[A-Z_]{1,20}\]$/.test(word)) flags.add(word.slice(1, -1));
      continue;
    }
    const [name, value] = [word.slice(0, at), word.slice(at + 1)];
    if (name === 'src') tuple = tuple === null ? original : reply;
    // The entry's own id stands behind its use count, and an ICMP message's in its tuple.
    const own = name === 'use' || entry.has('use') || !OF_TUPLE.has(name);
    const fields = own ? entry : tuple;
    if (fields && !fields.has(name)) fields.set(name, value);
  }
  const number = Number(protocol);
  if (number > 255 || tuple !== reply) return null;
  return {
    event: event === 'NEW' || event === 'UPDATE' || event === 'DESTROY' ? EVENTS[event] : 'listed',
    protocol: number,
    original,
    reply,
    state: state ?? null,
    unreplied: flags.has('UNREPLIED'),
    assured: flags.has('ASSURED'),
    mark: entry.get('mark'),
    zone: entry.get('zone') ?? original.get('zone-orig'),
    timeout,
    time: stamp === undefined ? NO_TIME : { time: Number(stamp), base: 'epoch' },
  };
}
