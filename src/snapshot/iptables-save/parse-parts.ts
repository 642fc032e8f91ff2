import type { XtMatch } from '../../kernel/netfilter/xtables/match/match-types.ts';
import { ANY_HEADER, type HeaderMatch } from '../../kernel/netfilter/xtables/rule.ts';
import type { XtTarget } from '../../kernel/netfilter/xtables/target/target-types.ts';
import type { ParseScope } from './grammar.ts';
import { parseRuleLine, type RuleLine, type RuleProblem } from './parse-rule.ts';
import { readPart } from './read-part.ts';
import type { RulePart } from './rule-part.ts';

const SPACE = 32;
const QUOTE = 34;
const DASH = 45;
const BACKSLASH = 92;
const LETTERS = { g: 103, j: 106, m: 109 } as const;
const NO_PROBLEMS: readonly RuleProblem[] = [];
const NO_TARGET: XtTarget = { kind: 'none' };
const NO_MATCHES: readonly XtMatch[] = [];

/**
 * Reads a rule by its parts: the options of its header, each match, the target. A save repeats
 * them so often that each is read once and shared. A rule whose parts depend on one another is
 * read as a whole. The result is that of `parseRuleLine`.
 */
export function parseRuleParts(line: string, start: number, scope: ParseScope): RuleLine | null {
  return fromParts(line, start, scope) ?? parseRuleLine(line, start, scope);
}

function fromParts(line: string, start: number, scope: ParseScope): RuleLine | null {
  if (!line.startsWith('-A ', start)) return null;
  let from = line.indexOf(' ', start + 3);
  if (from < 0) from = line.length;
  const chain = line.slice(start + 3, from);
  if (chain === '' || chain.includes('"')) return null;
  let header: HeaderMatch = ANY_HEADER;
  let matches: readonly XtMatch[] = NO_MATCHES;
  let target: XtTarget = NO_TARGET;
  for (let end = from; from < line.length; from = end) {
    end = endOfPart(line, from);
    const part = partOf(line.slice(from + 1, end), scope);
    switch (part.kind) {
      case 'header':
        if (matches.length > 0 || header !== ANY_HEADER) return null;
        header = part.header;
        break;
      case 'match':
        // Two of one kind of a rule must be told apart, so they are not shared.
        if (matches.includes(part.match)) return null;
        matches = [...matches, part.match];
        break;
      case 'target':
        if (end < line.length) return null;
        target = part.target;
        break;
      case 'dependent':
        return null;
    }
  }
  return { chain, counters: null, header, matches, target, problems: NO_PROBLEMS };
}

/** Where the next ` -m `, ` -j ` or ` -g ` outside quotes begins, after the blank at `from`. */
function endOfPart(line: string, from: number): number {
  const { length } = line;
  for (let i = from + 1; i < length; i++) {
    const code = line.charCodeAt(i);
    if (code === QUOTE) i = endOfQuote(line, i);
    else if (
      code === SPACE &&
      line.charCodeAt(i + 1) === DASH &&
      line.charCodeAt(i + 3) === SPACE &&
      beginsPart(line.charCodeAt(i + 2))
    ) {
      return i;
    }
  }
  return length;
}

function beginsPart(letter: number): boolean {
  return letter === LETTERS.m || letter === LETTERS.j || letter === LETTERS.g;
}

function endOfQuote(line: string, open: number): number {
  let i = open + 1;
  for (; i < line.length; i++) {
    const code = line.charCodeAt(i);
    if (code === BACKSLASH) i++;
    else if (code === QUOTE) return i;
  }
  return i;
}

/** Matches repeat in a save; headers and targets hardly ever do, so keeping them costs more. */
function partOf(text: string, scope: ParseScope): RulePart {
  if (!text.startsWith('-m ')) return readPart(text, scope);
  let part = scope.parts.get(text);
  if (!part) {
    part = readPart(text, scope);
    scope.parts.set(text, part);
  }
  return part;
}
