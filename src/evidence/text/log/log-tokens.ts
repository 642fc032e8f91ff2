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
  const tokens = text.split(' ');
  let at = 0;
  const peek = (): string => tokens[at] ?? '';

  const value = (key: string): string | null => {
    const token = peek();
    if (!token.startsWith(`${key}=`)) return null;
    at++;
    return token.slice(key.length + 1);
  };

  const number = (key: string): number | null => {
    const digits = value(key);
    if (digits === null || !/^(?:\d{1,10}|0x[0-9a-fA-F]{1,8})$/.test(digits)) return null;
    const read = Number(digits);
    return read <= 0xffffffff ? read : null;
  };

  const word = (wanted: string): boolean => {
    if (peek() !== wanted) return false;
    at++;
    return true;
  };

  const fragment = (): number => {
    const token = /^FRAG:(\d{1,5})$/.exec(peek());
    if (!token) return 0;
    at++;
    return Number(token[1]);
  };

  const options = (): Uint8Array | null => {
    if (peek() !== 'OPT') return null;
    const hex = /^\(([0-9A-Fa-f]*)\)$/.exec(tokens[at + 1] ?? '');
    if (!hex) return null;
    at += 2;
    return bytesOfHex(hex[1] ?? '');
  };

  const extensionHeaders = (): number => {
    let offset = 0;
    for (;;) {
      if (peek() === 'OPT' && tokens[at + 1] === '(') {
        const end = tokens.indexOf(')', at);
        if (end < 0) return offset;
        at = end + 1;
      } else if (/^FRAG:\d{1,5}$/.test(peek())) {
        offset = fragment();
        word('INCOMPLETE');
        if (/^ID:[0-9a-f]{8}$/.test(peek())) at++;
      } else {
        return offset;
      }
    }
  };

  const open = (): boolean => {
    const token = peek();
    if (!token.startsWith('[SRC=')) return false;
    tokens[at] = token.slice(1);
    return true;
  };

  const atEnd = (): boolean => tokens.slice(at).every((token) => token === '');

  const close = (): void => {
    const end = tokens.indexOf(']', at);
    if (end >= 0) at = end + 1;
  };

  return { value, number, word, fragment, options, extensionHeaders, open, close, atEnd };
}
