import { type TokenReader, Unexpected } from './token-reader.ts';
import type { Token } from './tokens.ts';

/** JSON as `nft -j` writes it. */
export type Json = unknown;

const UNITS: Readonly<Record<string, number>> = { w: 604800, d: 86400, h: 3600, m: 60, s: 1 };
const TIME = /^(?:\d+w)?(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?(?:\d+ms)?$/;

/** Seconds of `1d2h3m4s5ms`, rounded down; null for other words. */
export function secondsOf(word: string): number | null {
  if (word === '' || !TIME.test(word)) return null;
  let seconds = 0;
  for (const [, count, unit] of word.matchAll(/(\d+)(ms|[wdhms])/g)) {
    seconds += Number(count) * (UNITS[unit ?? ''] ?? 0);
  }
  return seconds;
}

/**
 * Reads a constant: an atom, `a . b`, `a | b`, or outside of braces also `a,b`, into the JSON that nft
 * writes for it.
 */
export function readValue(reader: TokenReader, inSet: boolean): Json {
  const first = readFlags(reader);
  if (reader.word() === '.') {
    const parts = [first];
    while (reader.accept('.')) parts.push(readFlags(reader));
    return { concat: parts };
  }
  if (inSet || reader.word() !== ',') return first;
  const list = [first];
  while (reader.accept(',')) {
    reader.skipLines();
    list.push(readFlags(reader));
  }
  return list;
}

/** `syn | ack`; a part of a concatenation may stand in parentheses. */
export function readFlags(reader: TokenReader): Json {
  if (reader.accept('(')) {
    const inside = readFlags(reader);
    reader.expect(')');
    return inside;
  }
  const first = readAtom(reader);
  if (reader.word() !== '|') return first;
  const list = [first];
  while (reader.accept('|')) list.push(readAtom(reader));
  return { '|': list };
}

/** One number, address, name, prefix or range. */
export function readAtom(reader: TokenReader): Json {
  const token = reader.take();
  if (token.kind === 'string') return readQuoted(token, reader);
  if (token.kind !== 'word') throw new Unexpected(token);
  // nft lost the type of the number before it.
  if (reader.word() === '[invalid' && reader.word(1) === 'type]') {
    reader.take();
    reader.take();
  }
  return atomOf(token.text);
}

/** `"08:00"-"17:00"`. */
function readQuoted({ text }: Token, reader: TokenReader): Json {
  const dash = reader.peek();
  const high = reader.peek(1);
  if (dash?.kind !== 'word' || dash.text !== '-' || !dash.glued || high?.kind !== 'string')
    return text;
  reader.take();
  reader.take();
  return { range: [text, high.text] };
}

/** The JSON of one word: a number, prefix, range, truth value, or itself. */
export function atomOf(word: string): Json {
  const scalar = scalarOf(word);
  if (typeof scalar === 'number') return scalar;
  if (word === 'exists' || word === 'missing') return word === 'exists';
  const prefix = /^([\da-fA-F]*[.:][\da-fA-F.:]*)\/(\d{1,3})$/.exec(word);
  if (prefix) return { prefix: { addr: prefix[1], len: Number(prefix[2]) } };
  const masked = /^(0x[\da-f]{1,8}|\d{1,10})\/(\d{1,2})$/.exec(word);
  if (masked) return { prefix: { addr: Number(masked[1]), len: Number(masked[2]) } };
  const range = RANGE.exec(word);
  if (range) return { range: [scalarOf(range[1] ?? ''), scalarOf(range[2] ?? '')] };
  return word;
}

/** Numbers, times and addresses; ranges of names are told by their type. */
const RANGE =
  /^(\d[\da-fA-FxX.:wdhms]*|[\da-fA-F]*:[\da-fA-F:.]*)-(\d[\da-fA-FxX.:wdhms]*|[\da-fA-F]*:[\da-fA-F:.]*)$/;

function scalarOf(word: string): number | string {
  if (/^\d{1,15}$/.test(word)) return Number(word);
  if (/^0x[\da-fA-F]{1,13}$/.test(word)) return Number(word);
  return secondsOf(word) ?? word;
}
