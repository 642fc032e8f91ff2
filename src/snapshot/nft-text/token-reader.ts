import type { Token } from './tokens.ts';

/** What is not as nft writes it; caught where a rule or a block is read. */
export class Unexpected extends Error {
  constructor(token: Token | undefined) {
    super(token ? `unexpected ${JSON.stringify(token.text)}` : 'the text ends too early');
  }
}

/** Walks over tokens. */
export class TokenReader {
  private next = 0;

  /** A word that stands before the next token without being one. */
  private pushed: Token | null = null;

  private readonly tokens: readonly Token[];

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  /** Puts the rest of a token that was taken before the next one. */
  push(text: string, of: Token): void {
    this.pushed = { ...of, kind: 'word', text };
  }

  /** Where it stands, to come back to with `seek`. */
  get position(): number {
    return this.next;
  }

  seek(position: number): void {
    this.pushed = null;
    this.next = position;
  }

  /** The line of the next token, or of the last one at the text's end. */
  get line(): number {
    return (this.peek() ?? this.tokens.at(-1))?.line ?? 1;
  }

  peek(ahead = 0): Token | undefined {
    if (this.pushed === null) return this.tokens[this.next + ahead];
    return ahead === 0 ? this.pushed : this.tokens[this.next + ahead - 1];
  }

  /** The text of the next token when it is no string, else ''. */
  word(ahead = 0): string {
    const token = this.peek(ahead);
    return token && token.kind !== 'string' && token.kind !== 'comment' ? token.text : '';
  }

  take(): Token {
    const token = this.peek();
    if (!token) throw new Unexpected(undefined);
    if (this.pushed === null) this.next++;
    this.pushed = null;
    return token;
  }

  /** Takes the next token when it is this word. */
  accept(text: string): boolean {
    if (this.word() !== text || this.peek() === undefined) return false;
    this.take();
    return true;
  }

  expect(text: string): void {
    if (!this.accept(text)) throw new Unexpected(this.peek());
  }

  /** A name: a word or a string. */
  name(): string {
    const token = this.peek();
    if (!token || (token.kind !== 'word' && token.kind !== 'string')) throw new Unexpected(token);
    this.take();
    return token.text;
  }

  number(): number {
    const token = this.peek();
    const text = token?.text ?? '';
    if (!/^(?:\d{1,15}|0x[0-9a-f]{1,13})$/.test(text)) throw new Unexpected(token);
    this.take();
    return Number(text);
  }

  /** Whether a statement ends here: a line's end, `;`, `}`, a comment or the text's end. */
  atEnd(): boolean {
    const token = this.peek();
    if (!token || token.kind === 'comment') return true;
    return token.kind === 'mark' && ['\n', ';', '}'].includes(token.text);
  }

  /** Whether the statement ends behind the next token. */
  endsAfter(): boolean {
    const next = this.peek(1);
    return !next || next.kind === 'comment' || ['\n', ';', '}'].includes(this.word(1));
  }

  /** Over the line ends, as they stand inside of braces. */
  skipLines(): void {
    while (this.word() === '\n') this.take();
  }
}
