import type { ExtensionInput, Grammar } from './grammar.ts';

/** A grammar for every kind. */
export type Grammars<Types> = { readonly [K in keyof Types]: Grammar<Types[K]> };

/** How to read the extension of one name. */
export interface GrammarEntry<T> {
  /** Arguments by option. */
  readonly options: ReadonlyMap<string, number>;
  /** Options that `!` may stand before. */
  readonly negatable: readonly string[];
  /** null when an option is repeated or negated against the grammar, or makes no sense. */
  parse(input: ExtensionInput): T | null;
}

/** What reads; printing is by kind, reading by name. */
type Reader<T> = Omit<Grammar<never>, 'parse' | 'print'> & {
  parse(input: ExtensionInput): T | null;
};

/** The grammars by the names of their extensions. */
export function grammarEntries<T>(
  readers: readonly Reader<T>[],
): ReadonlyMap<string, GrammarEntry<T>> {
  const entries = new Map<string, GrammarEntry<T>>();
  for (const reader of readers) {
    for (const [name, options] of Object.entries(reader.extensions)) {
      entries.set(name, {
        options: new Map(Object.entries(options)),
        negatable: reader.negatable.filter((option) => Object.hasOwn(options, option)),
        parse: (input) => (isRegular(input, reader) ? reader.parse(input) : null),
      });
    }
  }
  return entries;
}

function isRegular(
  { options }: ExtensionInput,
  { negatable, repeatable = [] }: Pick<Grammar<never>, 'negatable' | 'repeatable'>,
): boolean {
  return options.every(
    ({ name, negated }, i) =>
      (!negated || negatable.includes(name)) &&
      (repeatable.includes(name) || options.findIndex((other) => other.name === name) === i),
  );
}
