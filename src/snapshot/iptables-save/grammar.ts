import type { RulePart } from './rule-part.ts';

/** How the options of a match or target are written, and what they mean. */
export interface Grammar<T> {
  /** The extension's names, each with its options and how many arguments they take. */
  readonly extensions: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Options that `!` may stand before; before any other it makes the extension unsupported. */
  readonly negatable: readonly string[];
  /** Options that may be there more than once. */
  readonly repeatable?: readonly string[];
  /** null when the options do not make sense together: the extension is then unsupported. */
  parse(input: ExtensionInput): T | null;
  /** The name and the options, as iptables-save prints them after `-m` or `-j`. */
  print(value: T): string;
}

/** A match or target as it was read. */
export interface ExtensionInput {
  readonly name: string;
  /** Only options that the grammar lists, each at most once unless it is repeatable. */
  readonly options: readonly OptionUse[];
  /** The options' text. */
  readonly raw: string;
  readonly scope: ParseScope;
}

export interface OptionUse {
  readonly name: string;
  readonly negated: boolean;
  readonly values: readonly string[];
}

/** What is known around an extension. */
export interface ParseScope {
  readonly family: 4 | 6;
  /** Matches of one input repeat: each text is read once. */
  readonly parts: Map<string, RulePart>;
}

/** The option of one of these names, or undefined. */
export function find(
  options: readonly OptionUse[],
  ...names: readonly string[]
): OptionUse | undefined {
  return options.find(({ name }) => names.includes(name));
}

/** The first argument of an option, '' when the option is absent. */
export function firstValue(option: OptionUse | undefined): string {
  return option?.values[0] ?? '';
}

/** `yes` and `no` for a flag and its negation, null when it is absent. */
export function flag(option: OptionUse | undefined): 'yes' | 'no' | null {
  return option === undefined ? null : option.negated ? 'no' : 'yes';
}

/** Joins the parts of a printed extension, leaving out empty ones. */
export function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' ');
}

/** Prints an option with its negation before it. */
export function printed(negated: boolean, text: string): string {
  return negated ? `! ${text}` : text;
}
