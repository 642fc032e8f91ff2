/** The words of a line as iptables-restore splits them. */
export interface Tokens {
  readonly words: readonly string[];
  /** Whether a word was in quotes, which makes it a value whatever it looks like. */
  readonly quoted: readonly boolean[];
  /** Where each word starts and ends in the line. */
  readonly starts: readonly number[];
  readonly ends: readonly number[];
  /** A quote was opened and not closed. */
  readonly unterminated: boolean;
}

const SPACE = 32;
const TAB = 9;
const QUOTE = 34;
const BACKSLASH = 92;

/**
 * Splits a line from a position on. Double quotes keep blanks together, and a backslash within
 * them takes the next character as it is. iptables: add_param_to_argv().
 */
export function tokenize(line: string, from = 0): Tokens {
  const words: string[] = [];
  const quoted: boolean[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  let unterminated = false;
  const length = line.length;
  let i = from;
  while (i < length) {
    const code = line.charCodeAt(i);
    if (code === SPACE || code === TAB) {
      i++;
      continue;
    }
    const start = i;
    let text = '';
    let hasQuotes = false;
    let inQuotes = false;
    let plainFrom = i;
    for (; i < length; i++) {
      const c = line.charCodeAt(i);
      if (c === QUOTE) {
        text += line.slice(plainFrom, i);
        plainFrom = i + 1;
        inQuotes = !inQuotes;
        hasQuotes = true;
      } else if (inQuotes && c === BACKSLASH && i + 1 < length) {
        text += line.slice(plainFrom, i);
        plainFrom = i + 1;
        i++;
      } else if (!inQuotes && (c === SPACE || c === TAB)) {
        break;
      }
    }
    words.push(hasQuotes ? text + line.slice(plainFrom, i) : line.slice(start, i));
    quoted.push(hasQuotes);
    starts.push(start);
    ends.push(i);
    if (inQuotes) unterminated = true;
  }
  return { words, quoted, starts, ends, unterminated };
}

const PLAIN = /^[A-Za-z0-9_-]+$/;

/** Prints a value as iptables-save does. iptables: xtables_save_string(). */
export function printValue(value: string): string {
  return PLAIN.test(value) ? value : `"${value.replace(/["\\']/g, '\\$&')}"`;
}
