import type { StringMatch } from '../../../kernel/netfilter/xtables/match/string.ts';
import { find, firstValue, type Grammar, joined, printed } from '../grammar.ts';
import { parseNumber } from '../numbers.ts';

const MAX_OFFSET = 65_535;

export const stringGrammar: Grammar<StringMatch> = {
  extensions: {
    string: {
      '--string': 1,
      '--hex-string': 1,
      '--algo': 1,
      '--from': 1,
      '--to': 1,
      '--icase': 0,
    },
  },
  negatable: ['--string', '--hex-string'],
  parse({ options }) {
    const text = find(options, '--string');
    const hex = find(options, '--hex-string');
    const option = text ?? hex;
    const pattern = text ? bytesOf(firstValue(text)) : hex ? parseHex(firstValue(hex)) : null;
    const from = parseNumber(firstValue(find(options, '--from')) || '0', MAX_OFFSET);
    const to = parseNumber(firstValue(find(options, '--to')) || String(MAX_OFFSET), MAX_OFFSET);
    const algorithm = firstValue(find(options, '--algo'));
    if (!option || !pattern || (text && hex) || algorithm === '') return null;
    if (from === null || to === null) return null;
    return {
      kind: 'string',
      negated: option.negated,
      pattern,
      algorithm,
      ignoreCase: find(options, '--icase') !== undefined,
      from,
      to,
    };
  },
  print: ({ negated, pattern, algorithm, ignoreCase, from, to }) =>
    joined(
      'string',
      printed(negated, printPattern(pattern)),
      `--algo ${algorithm}`,
      from === 0 ? '' : `--from ${from}`,
      to === MAX_OFFSET ? '' : `--to ${to}`,
      ignoreCase ? '--icase' : '',
    ),
};

function bytesOf(text: string): readonly number[] {
  return [...new TextEncoder().encode(text)];
}

/** `ab|00 ff|c`: bytes in hexadecimal stand between bars. iptables: libxt_string.c. */
function parseHex(text: string): readonly number[] | null {
  const bytes: number[] = [];
  for (const [i, part] of text.split('|').entries()) {
    if (i % 2 === 0) {
      bytes.push(...bytesOf(part));
      continue;
    }
    const digits = part.replaceAll(' ', '');
    if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits)) return null;
    for (let at = 0; at < digits.length; at += 2) {
      bytes.push(Number.parseInt(digits.slice(at, at + 2), 16));
    }
  }
  return text.split('|').length % 2 === 1 ? bytes : null;
}

const BACKSLASH = 92;
const QUOTE = 34;

/** What cannot be printed is written in hexadecimal. iptables: is_hex_string(). */
function printPattern(pattern: readonly number[]): string {
  const plain = pattern.every((byte) => byte >= 32 && byte < 127) && pattern.at(-1) !== BACKSLASH;
  if (!plain) {
    const digits = pattern.map((byte) => byte.toString(16).padStart(2, '0')).join('');
    return `--hex-string "|${digits}|"`;
  }
  const text = pattern.map((byte) =>
    byte === QUOTE || byte === BACKSLASH
      ? `\\${String.fromCharCode(byte)}`
      : String.fromCharCode(byte),
  );
  return `--string "${text.join('')}"`;
}
