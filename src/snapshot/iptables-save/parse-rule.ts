import type { XtMatch } from '../../kernel/netfilter/xtables/match/match-types.ts';
import type { XtRule } from '../../kernel/netfilter/xtables/rule.ts';
import type {
  ExtensionTarget,
  XtTarget,
} from '../../kernel/netfilter/xtables/target/target-types.ts';
import type { OptionUse, ParseScope } from './grammar.ts';
import type { GrammarEntry } from './grammar-entries.ts';
import { type HeaderDraft, headerOption, newHeader, readHeaderOption } from './header-options.ts';
import { MATCH_GRAMMARS } from './match/registry.ts';
import { unsupportedMatch } from './match/unsupported.ts';
import { printProtocol } from './protocol-name.ts';
import { TARGET_GRAMMARS } from './target/registry.ts';
import { unsupportedTarget } from './target/unsupported.ts';
import { type Tokens, tokenize } from './tokenize.ts';

/** A rule as its line says it, without its place in a file. */
export interface RuleLine extends Pick<XtRule, 'header' | 'matches' | 'target'> {
  readonly chain: string;
  /** `-c PACKETS BYTES`, as `iptables -S -v` prints; the two words. */
  readonly counters: readonly [packets: string, bytes: string] | null;
  /** What could not be read; it is also in the rule, as an unsupported match or target. */
  readonly problems: readonly RuleProblem[];
}

export interface RuleProblem {
  readonly code:
    | 'unknown-match'
    | 'unreadable-match'
    | 'unknown-option'
    | 'unknown-target'
    | 'unreadable-target'
    | 'unterminated-quote';
  readonly detail: string;
}

/** A match or target being read. */
interface Extension {
  readonly name: string;
  readonly entry: GrammarEntry<XtMatch> | GrammarEntry<ExtensionTarget> | undefined;
  readonly options: OptionUse[];
  /** Start and end of each option in the line. */
  readonly spans: number[];
  /** False when an argument is missing or an option is not the extension's. */
  regular: boolean;
}

interface Reading {
  readonly line: string;
  readonly tokens: Tokens;
  readonly scope: ParseScope;
  at: number;
  readonly header: HeaderDraft;
  readonly matches: Extension[];
  /** Parts of the line that are no option of anything. */
  readonly strays: string[];
  target: Extension | null;
  goto: boolean;
  counters: readonly [string, string] | null;
}

/** Reads `-A CHAIN ...` from a position of a line on; null when it is something else. */
export function parseRuleLine(line: string, start: number, scope: ParseScope): RuleLine | null {
  const tokens = tokenize(line, start);
  const [command, chain] = tokens.words;
  if ((command !== '-A' && command !== '--append') || chain === undefined) return null;
  const reading: Reading = {
    line,
    tokens,
    scope,
    at: 2,
    header: newHeader(),
    matches: [],
    strays: [],
    target: null,
    goto: false,
    counters: null,
  };
  while (reading.at < tokens.words.length) readOption(reading);
  const problems: RuleProblem[] = [];
  if (tokens.unterminated) {
    reading.strays.push('"');
    problems.push({ code: 'unterminated-quote', detail: chain });
  }
  return {
    chain,
    counters: reading.counters,
    header: reading.header,
    matches: finishMatches(reading, problems),
    target: finishTarget(reading, problems),
    problems,
  };
}

/** Reads one option with its arguments, wherever it belongs. */
function readOption(reading: Reading): void {
  const { tokens } = reading;
  const first = reading.at;
  let negated = false;
  if (isBang(reading, reading.at)) {
    negated = true;
    reading.at++;
  }
  const name = tokens.words[reading.at++] ?? '';
  switch (name) {
    case '-m':
    case '--match':
      startMatch(reading, first);
      return;
    case '-j':
    case '--jump':
    case '-g':
    case '--goto':
      startTarget(reading, first, name === '-g' || name === '--goto');
      return;
    case '-c':
    case '--set-counters': {
      const [packets, bytes] = takeWords(reading, 2).words;
      if (packets !== undefined && bytes !== undefined) reading.counters = [packets, bytes];
      else reading.strays.push(textFrom(reading, first));
      return;
    }
    default: {
      const header = headerOption(name);
      if (!header) {
        readExtensionOption(reading, first, { name, negated });
        return;
      }
      const taken = header === '-f' ? FLAG : takeWords(reading, 1);
      const option = { name: header, negated: negated !== taken.negated, value: taken.words[0] };
      if (!readHeaderOption(reading.header, option, reading.scope)) {
        reading.strays.push(textFrom(reading, first));
      }
    }
  }
}

const FLAG: Taken = { words: [], negated: false };

function startMatch(reading: Reading, first: number): void {
  const name = takeWords(reading, 1).words[0];
  if (name === undefined) {
    reading.strays.push(textFrom(reading, first));
    return;
  }
  const entry = MATCH_GRAMMARS.get(name);
  reading.matches.push({ name, entry, options: [], spans: [], regular: true });
}

function startTarget(reading: Reading, first: number, isGoto: boolean): void {
  const name = takeWords(reading, 1).words[0];
  if (name === undefined || reading.target) {
    reading.strays.push(textFrom(reading, first));
    return;
  }
  const entry = TARGET_GRAMMARS.get(name);
  reading.target = { name, entry, options: [], spans: [], regular: true };
  reading.goto = isGoto;
}

/** An option belongs to the last extension that has it, or to the protocol's own match. */
function readExtensionOption(
  reading: Reading,
  first: number,
  { name, negated }: { readonly name: string; readonly negated: boolean },
): void {
  const { target, matches } = reading;
  const last = target ?? matches[matches.length - 1];
  let owner = last?.entry?.options.has(name) ? last : undefined;
  owner ??= matches.findLast((match) => match.entry?.options.has(name));
  owner ??= implicitMatch(reading, name);
  owner ??= last;
  if (!owner) {
    takeArguments(reading);
    reading.strays.push(textFrom(reading, first));
    return;
  }
  const count = owner.entry?.options.get(name);
  if (count === undefined) {
    takeArguments(reading);
    owner.regular = false;
  } else {
    const taken = takeWords(reading, count);
    if (taken.words.length < count) owner.regular = false;
    owner.options.push({ name, negated: negated !== taken.negated, values: taken.words });
  }
  owner.spans.push(reading.tokens.starts[first] ?? 0, endOf(reading));
}

/** `-p tcp --dport 80` means `-p tcp -m tcp --dport 80`. */
function implicitMatch(reading: Reading, option: string): Extension | undefined {
  const { protocol } = reading.header;
  if (!protocol || protocol.negated) return undefined;
  const printed = printProtocol(protocol.protocol);
  const name = printed === 'ipv6-icmp' ? 'icmp6' : printed;
  const entry = MATCH_GRAMMARS.get(name);
  if (!entry?.options.has(option)) return undefined;
  const match: Extension = { name, entry, options: [], spans: [], regular: true };
  reading.matches.push(match);
  return match;
}

interface Taken {
  readonly words: readonly string[];
  readonly negated: boolean;
}

/** Takes a known number of arguments; older versions wrote the negation before the value. */
function takeWords(reading: Reading, count: number): Taken {
  const negated = count > 0 && isBang(reading, reading.at);
  if (negated) reading.at++;
  const words = reading.tokens.words.slice(reading.at, reading.at + count);
  reading.at += words.length;
  return { words, negated };
}

/** Takes the arguments of an option that is not known: all words up to the next option. */
function takeArguments(reading: Reading): void {
  const { words, quoted } = reading.tokens;
  while (reading.at < words.length) {
    const word = words[reading.at] ?? '';
    if (!quoted[reading.at] && (word === '!' || /^-[-a-zA-Z]/.test(word))) return;
    reading.at++;
  }
}

function isBang({ tokens }: Reading, at: number): boolean {
  return tokens.words[at] === '!' && tokens.quoted[at] === false;
}

function endOf({ tokens, at }: Reading): number {
  return tokens.ends[at - 1] ?? 0;
}

function textFrom(reading: Reading, first: number): string {
  return reading.line.slice(reading.tokens.starts[first], endOf(reading));
}

function rawOptions({ line }: Reading, { spans }: Extension): string {
  const parts: string[] = [];
  for (let i = 0; i < spans.length; i += 2) parts.push(line.slice(spans[i], spans[i + 1]));
  return parts.join(' ');
}

function finishMatches(reading: Reading, problems: RuleProblem[]): XtMatch[] {
  const matches: XtMatch[] = [];
  for (const match of reading.matches) {
    const read = MATCH_GRAMMARS.get(match.name)?.parse;
    const parsed = match.regular && read ? read(inputOf(reading, match)) : null;
    if (parsed) {
      matches.push(parsed);
      continue;
    }
    const raw = rawOptions(reading, match);
    const text = raw === '' ? `-m ${match.name}` : `-m ${match.name} ${raw}`;
    const unsupported = unsupportedMatch(match.name, text, match.entry !== undefined);
    if (match.entry) problems.push({ code: 'unreadable-match', detail: text });
    else if (!unsupported.known) problems.push({ code: 'unknown-match', detail: match.name });
    matches.push(unsupported);
  }
  for (const stray of reading.strays) {
    matches.push(unsupportedMatch(stray, stray, false));
    if (stray !== '"') problems.push({ code: 'unknown-option', detail: stray });
  }
  return matches;
}

function inputOf(reading: Reading, extension: Extension) {
  return {
    name: extension.name,
    options: extension.options,
    get raw(): string {
      return rawOptions(reading, extension);
    },
    scope: reading.scope,
  };
}

function finishTarget(reading: Reading, problems: RuleProblem[]): XtTarget {
  const { target } = reading;
  if (!target) return { kind: 'none' };
  const { name } = target;
  if (target.spans.length === 0 && !target.entry) {
    if (reading.goto) return { kind: 'goto', chain: name };
    if (name === 'ACCEPT' || name === 'DROP' || name === 'RETURN') return STANDARD[name];
    return { kind: 'jump', chain: name };
  }
  const read = reading.goto ? undefined : TARGET_GRAMMARS.get(name)?.parse;
  const parsed = target.regular && read ? read(inputOf(reading, target)) : null;
  if (parsed) return parsed;
  const unsupported = unsupportedTarget(name, rawOptions(reading, target), !!target.entry);
  if (target.entry) problems.push({ code: 'unreadable-target', detail: name });
  else if (!unsupported.known) problems.push({ code: 'unknown-target', detail: name });
  return unsupported;
}

const STANDARD = {
  ACCEPT: { kind: 'accept' },
  DROP: { kind: 'drop' },
  RETURN: { kind: 'return' },
} as const satisfies Readonly<Record<string, XtTarget>>;
