import { bytesOfHex } from '../../tcp-options.ts';

/** Walks the blank-separated fields of a LOG line; a field that is not at the cursor is absent. */
export interface LogTokens {
  /** The text after `key=`. */
  value(key: string): string | null;
  /** A decimal or 0x number that fits 32 bits. */
  number(key: string): number | null;
  word(word: string): boolean;
  /** `FRAG:n` in units of 8 bytes. */
  fragment(): number;
  /** `OPT (hex)`. */
  options(): Uint8Array | null;
  /** IPv6 `OPT ( ... ) ` blocks and `FRAG:n ID:x `; returns the fragment offset in bytes. */
  extensionHeaders(): number;
  /** The `[` before a quoted packet. */
  open(): boolean;
  /** Nothing but blanks follows. */
  atEnd(): boolean;
  /** Passes what is left of a quoted packet and its `]`. */
  close(): void;
}

export function logTokens(text: string): LogTokens {
  return new Tokens(text.split(' '));
}

/** One object a line, not a function for each kind of field: a log has a million lines. */
class Tokens implements LogTokens {
  private readonly tokens: string[];
  private at = 0;

  constructor(tokens: string[]) {
    this.tokens = tokens;
  }

  private peek(): string {
    return this.tokens[this.at] ?? '';
  }

  value(key: string): string | null {
    const token = this.peek();
    if (token.charCodeAt(key.length) !== EQUALS || !token.startsWith(key)) return null;
    this.at++;
    return token.slice(key.length + 1);
  }

  number(key: string): number | null {
    const digits = this.value(key);
    return digits === null ? null : numberOf(digits);
  }

  word(wanted: string): boolean {
    if (this.peek() !== wanted) return false;
    this.at++;
    return true;
  }

  fragment(): number {
    if (!this.peek().startsWith('FRAG:')) return 0;
    const token = /^FRAG:(\d{1,5})$/.exec(this.peek());
    if (!token) return 0;
    this.at++;
    return Number(token[1]);
  }

  options(): Uint8Array | null {
    if (this.peek() !== 'OPT') return null;
    const token = this.tokens[this.at + 1] ?? '';
    if (!token.startsWith('(') || !token.endsWith(')')) return null;
    const bytes = bytesOfHex(token.slice(1, -1));
    if (bytes) this.at += 2;
    return bytes;
  }

  extensionHeaders(): number {
    let offset = 0;
    for (;;) {
      if (this.peek() === 'OPT' && this.tokens[this.at + 1] === '(') {
        const end = this.tokens.indexOf(')', this.at);
        if (end < 0) return offset;
        this.at = end + 1;
      } else if (/^FRAG:\d{1,5}$/.test(this.peek())) {
        offset = this.fragment();
        this.word('INCOMPLETE');
        if (/^ID:[0-9a-f]{8}$/.test(this.peek())) this.at++;
      } else {
        return offset;
      }
    }
  }

  open(): boolean {
    const token = this.peek();
    if (!token.startsWith('[SRC=')) return false;
    this.tokens[this.at] = token.slice(1);
    return true;
  }

  atEnd(): boolean {
    return this.tokens.slice(this.at).every((token) => token === '');
  }

  close(): void {
    const end = this.tokens.indexOf(']', this.at);
    if (end >= 0) this.at = end + 1;
  }
}

const EQUALS = 61;

/** Decimal, or hexadecimal with 0x; null for what is no number of 32 bits. */
function numberOf(text: string): number | null {
  if (text.startsWith('0x')) {
    return /^0x[0-9a-fA-F]{1,8}$/.test(text) ? Number.parseInt(text, 16) : null;
  }
  if (text.length === 0 || text.length > 10) return null;
  let value = 0;
  for (let at = 0; at < text.length; at++) {
    const digit = text.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return null;
    value = value * 10 + digit;
  }
  return value <= 0xffffffff ? value : null;
}
