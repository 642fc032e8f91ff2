import type { ConntrackEntry } from '../kernel/conntrack/entry.ts';
import {
  finishTuple,
  finishZone,
  type HalfTuple,
  isTupleField,
  numberOf,
  setAddress,
  setField,
} from './conntrack-tuple.ts';

/** The entry of a line of `conntrack -L` or /proc/net/nf_conntrack; null when it is none. */
export function conntrackOfLine(line: string): ConntrackEntry | null {
  const words = line.split(/\s+/);
  let at = 0;
  if (/^ipv[46]$/.test(words[0] ?? '')) at = 2;
  const protocol = protocolNumber(words[at + 1]);
  if (protocol === null) return null;
  at += 2;
  let timeout: number | null = null;
  if (/^\d+$/.test(words[at] ?? '')) timeout = Number(words[at++]);
  let state: string | null = null;
  if (/^[A-Z][A-Z0-9_]*$/.test(words[at] ?? '')) state = words[at++] ?? null;

  const halves: [HalfTuple, HalfTuple] = [{}, {}];
  let half = -1;
  const flags = new Set<string>();
  const others = new Map<string, string>();
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
    if (half > 1) return null;
    const tuple = halves[half === 0 ? 0 : 1];
    if (key === 'src' || key === 'dst') {
      if (!setAddress(tuple, key, value)) return null;
      continue;
    }
    const number = numberOf(value);
    if (isTupleField(key) && half >= 0 && number !== null) setField(tuple, key, number);
    else others.set(key, value);
  }
  const original = finishTuple(halves[0], protocol);
  const reply = finishTuple(halves[1], protocol);
  if (!original || !reply) return null;
  const number = (key: string): number | undefined => numberOf(others.get(key) ?? '') ?? undefined;
  const labels = others.get('labels');
  return {
    original,
    reply,
    state,
    seenReply: !flags.has('[UNREPLIED]'),
    assured: flags.has('[ASSURED]'),
    mark: number('mark') ?? 0,
    zone: finishZone(number('zone'), number('zone-orig'), number('zone-reply')),
    timeout,
    labels: labels === undefined ? null : labels.split(',').filter((label) => label !== ''),
    helper: others.get('helper') ?? null,
    offloaded: flags.has('[OFFLOAD]') || flags.has('[HW_OFFLOAD]'),
    source: null,
  };
}

/** `unknown 2` and other protocols without a name are told by the number beside it. */
function protocolNumber(word: string | undefined): number | null {
  const number = /^\d{1,3}$/.test(word ?? '') ? Number(word) : -1;
  return number >= 0 && number < 256 ? number : null;
}
