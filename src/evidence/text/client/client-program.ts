import type { Statement } from '../../evidence.ts';

export type ClientCommand = Extract<Statement, { readonly kind: 'client-command' }>;
export type ClientResult = ClientCommand['result'];
export type ClientTarget = Pick<ClientCommand, 'to' | 'boundTo'>;

/**
 * What a line of a client's output says of its result; null for a line that is not its own, and
 * `undecided` when a later one may say it.
 */
export type ResultOfLine = (line: string) => ClientResult | 'undecided' | null;

/** A program that connects somewhere: how its command and its output are read. */
export interface ClientProgram {
  read(argv: readonly string[]): ClientTarget | null;
  readonly result: ResultOfLine;
}

/** The result in the words of strerror(3). */
export function resultOfWords(text: string): ClientResult {
  if (/timed? ?out|timeout/i.test(text)) return 'timeout';
  if (/refused/i.test(text)) return 'refused';
  if (/unreachable|no route to host/i.test(text)) return 'unreachable';
  return 'unknown';
}

/** Words that are no options; `withValue` are the letters of those that take a word. */
export function operands(argv: readonly string[], withValue: string): readonly string[] {
  const words: string[] = [];
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (!word.startsWith('-') || word === '-') words.push(word);
    else if (/^-[a-zA-Z0-9]{1,8}$/.test(word) && withValue.includes(word.at(-1) ?? '')) at++;
  }
  return words;
}

export function optionValue(argv: readonly string[], name: string): string | null {
  const at = argv.indexOf(name);
  return at < 0 ? null : (argv[at + 1] ?? null);
}

/** Null for what is no port. */
export function portNumber(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,5}$/.test(text) && Number(text) <= 65_535
    ? Number(text)
    : null;
}
