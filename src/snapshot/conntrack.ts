import type { ConntrackEntry } from '../kernel/conntrack/entry.ts';
import type { Tuple } from '../kernel/conntrack/tuple.ts';
import { type Address, parseAddress } from '../packet/address.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { PROTOCOL } from '../packet/protocol.ts';
import { error, warning } from './make-issue.ts';

/**
 * Reads `conntrack -L`, with or without `-o extended`, and /proc/net/nf_conntrack:
 * `[ipv4 2] tcp 6 118 TIME_WAIT src= dst= sport= dport= [UNREPLIED] src= ... [ASSURED] mark= use=`.
 */
export function parseConntrack(text: string, file: string): Parsed<readonly ConntrackEntry[]> {
  const entries: ConntrackEntry[] = [];
  const issues: Issue[] = [];
  let unreadable = 0;
  const lines = text.split('\n');
  for (const [index, content] of lines.entries()) {
    const trimmed = content.trim();
    if (trimmed === '' || trimmed.startsWith('#') || SUMMARY.test(trimmed)) continue;
    const source = { file, line: index + 1, text: trimmed };
    const entry = parseEntry(trimmed);
    if (entry) entries.push({ ...entry, source });
    else if (index === lines.length - 1) issues.push(warning('truncated', source, 'last entry'));
    else if (unreadable++ < MOST_ISSUES) {
      issues.push(error('unreadable-record', source, trimmed.slice(0, 80)));
    }
  }
  return { value: entries, issues };
}

/** `conntrack v1.4.7 (conntrack-tools): 5 flow entries have been shown.`, on standard error. */
const SUMMARY = /^conntrack v[\d.]+ \(conntrack-tools\)/;

const MOST_ISSUES = 5;

interface HalfTuple {
  source?: Address;
  destination?: Address;
  sport?: number;
  dport?: number;
  type?: number;
  code?: number;
  id?: number;
}

function parseEntry(line: string): ConntrackEntry | null {
  const words = line.split(/\s+/);
  let at = 0;
  if (/^ipv[46]$/.test(words[0] ?? '')) at = 2;
  const protocol = protocolNumber(words[at + 1]);
  if (protocol === null) return null;
  at += 2;
  let timeout = 0;
  if (/^\d+$/.test(words[at] ?? '')) timeout = Number(words[at++]);
  let state: string | null = null;
  if (/^[A-Z][A-Z0-9_]*$/.test(words[at] ?? '')) state = words[at++] ?? null;

  const halves: [HalfTuple, HalfTuple] = [{}, {}];
  let half = -1;
  const flags = new Set<string>();
  const numbers = new Map<string, number>();
  for (; at < words.length; at++) {
    const word = words[at] ?? '';
    if (word.startsWith('[')) {
      flags.add(word);
      continue;
    }
    const equals = word.indexOf('=');
    if (equals < 0) continue;
    const key = word.slice(0, equals);
    const value = word.slice(equals + 1);
    if (key === 'src') half++;
    const tuple = halves[half === 0 ? 0 : 1];
    if (half > 1) return null;
    if (key === 'src' || key === 'dst') {
      const address = parseAddress(value);
      if (!address) return null;
      if (key === 'src') tuple.source = address;
      else tuple.destination = address;
    } else if (/^\d{1,10}$/.test(value)) {
      if (isTupleKey(key) && half >= 0) tuple[key] ??= Number(value);
      else numbers.set(key, Number(value));
    }
  }
  const original = finish(halves[0], protocol);
  const reply = finish(halves[1], protocol);
  if (!original || !reply) return null;
  return {
    original,
    reply,
    state,
    seenReply: !flags.has('[UNREPLIED]'),
    assured: flags.has('[ASSURED]'),
    mark: numbers.get('mark') ?? 0,
    zone: numbers.get('zone') ?? numbers.get('zone-orig') ?? 0,
    timeout,
    source: null,
  };
}

/** `unknown 2` and other protocols without a name are told by the number beside it. */
function protocolNumber(word: string | undefined): number | null {
  const number = /^\d{1,3}$/.test(word ?? '') ? Number(word) : -1;
  return number >= 0 && number < 256 ? number : null;
}

/** With `-o id` a last `id=` is the entry's own: the first one of a tuple counts. */
function isTupleKey(key: string): key is 'sport' | 'dport' | 'type' | 'code' | 'id' {
  return key === 'sport' || key === 'dport' || key === 'type' || key === 'code' || key === 'id';
}

function finish(half: HalfTuple, protocol: number): Tuple | null {
  const { source, destination } = half;
  if (!source || !destination || source.family !== destination.family) return null;
  if (protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6) {
    const dport = (half.type ?? 0) * 256 + (half.code ?? 0);
    return { protocol, source, destination, sport: half.id ?? 0, dport };
  }
  return { protocol, source, destination, sport: half.sport ?? 0, dport: half.dport ?? 0 };
}
