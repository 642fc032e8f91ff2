import type { XtTarget } from '../../kernel/netfilter/xtables/target/target-types.ts';
import type { OptionUse, ParseScope } from './grammar.ts';
import type { GrammarEntry } from './grammar-entries.ts';
import { headerOption, newHeader, readHeaderOption } from './header-options.ts';
import { MATCH_GRAMMARS } from './match/registry.ts';
import { parseRuleLine } from './parse-rule.ts';
import type { RulePart } from './rule-part.ts';
import { TARGET_GRAMMARS } from './target/registry.ts';

const DEPENDENT: RulePart = { kind: 'dependent' };

/**
 * Reads a part of a rule, which begins with `-m`, `-j` or `-g`, or is the header. What is written
 * as iptables-save writes it is read at once, the rest as a rule of its own.
 */
export function readPart(text: string, scope: ParseScope): RulePart {
  return (
    (text.includes('"') ? null : readPlain(text.split(' '), text, scope)) ?? readWhole(text, scope)
  );
}

/** null when something is unusual about it. */
function readPlain(words: readonly string[], text: string, scope: ParseScope): RulePart | null {
  const [first, name = ''] = words;
  switch (first) {
    case '-m': {
      const match = readExtension(MATCH_GRAMMARS.get(name), words, { text, scope });
      return match && { kind: 'match', match };
    }
    case '-j':
      return readTarget(name, words, { text, scope });
    case '-g':
      return null;
    default:
      return readHeader(words, scope);
  }
}

interface Whole {
  readonly text: string;
  readonly scope: ParseScope;
}

function readTarget(name: string, words: readonly string[], whole: Whole): RulePart | null {
  const entry = TARGET_GRAMMARS.get(name);
  if (!entry && words.length === 2 && /^[\w.-]*-[\w.-]*$/.test(name)) {
    return { kind: 'target', target: { kind: 'jump', chain: name } };
  }
  const target: XtTarget | null = readExtension(entry, words, whole);
  return target && { kind: 'target', target };
}

/** Takes each option with its arguments; none of them looks like an option itself. */
function readExtension<T>(
  entry: GrammarEntry<T> | undefined,
  words: readonly string[],
  { text, scope }: Whole,
): T | null {
  if (!entry) return null;
  const [flag = '', name = ''] = words;
  const options: OptionUse[] = [];
  for (let at = 2; at < words.length; ) {
    const negated = words[at] === '!';
    if (negated) at++;
    const option = words[at++] ?? '';
    const count = entry.options.get(option);
    if (count === undefined) return null;
    const values = count === 0 ? NO_VALUES : words.slice(at, at + count);
    if (values.length < count || values.some(isUnusual)) return null;
    options.push({ name: option, negated, values });
    at += count;
  }
  const raw = text.slice(flag.length + name.length + 2);
  return entry.parse({ name, options, raw, scope });
}

const NO_VALUES: readonly string[] = [];

/** A negation, as older versions wrote it, or a blank too many. */
function isUnusual(value: string): boolean {
  return value === '!' || value === '';
}

function readHeader(words: readonly string[], scope: ParseScope): RulePart | null {
  const header = newHeader();
  for (let at = 0; at < words.length; ) {
    const negated = words[at] === '!';
    if (negated) at++;
    const name = headerOption(words[at++] ?? '');
    if (name === undefined) return null;
    const value = name === '-f' ? undefined : words[at++];
    if (value !== undefined && isUnusual(value)) return null;
    if (!readHeaderOption(header, { name, negated, value }, scope)) return null;
  }
  return { kind: 'header', header };
}

/** Reads a part as a rule that has nothing else. */
function readWhole(text: string, scope: ParseScope): RulePart {
  const rule = parseRuleLine(`-A x ${text}`, 0, scope);
  if (!rule || rule.problems.length > 0 || rule.counters) return DEPENDENT;
  const { header, matches, target } = rule;
  const [match] = matches;
  const asksHeader = Object.values(header).some((value) => value !== null);
  switch (text.slice(0, 3)) {
    case '-m ':
      return match && matches.length === 1 && !asksHeader && target.kind === 'none'
        ? { kind: 'match', match }
        : DEPENDENT;
    case '-j ':
    case '-g ':
      return matches.length === 0 && !asksHeader ? { kind: 'target', target } : DEPENDENT;
    default:
      return matches.length === 0 && target.kind === 'none'
        ? { kind: 'header', header }
        : DEPENDENT;
  }
}
