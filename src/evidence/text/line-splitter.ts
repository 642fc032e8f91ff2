import { ownCopy } from './clean-line.ts';

/** Cuts pieces of text into lines without keeping the pieces. */
export interface LineSplitter {
  chunk(text: string): void;
  end(): void;
  /** How many lines were longer than what is kept of a line. */
  overlong(): number;
}

/** A line that never ends is a binary file; what exceeds this of a line is passed over. */
const MAX_LINE = 65_536;

/** `ip -j` and others print all they have on one line. */
const MAX_JSON_LINE = 8 * 1_048_576;

export function lineSplitter(emit: (line: string) => void): LineSplitter {
  let carry: string[] = [];
  let size = 0;
  let limit = MAX_LINE;
  let overlong = false;
  let overlongLines = 0;

  const add = (piece: string): void => {
    if (piece === '' || overlong) return;
    if (size === 0) limit = /^\s{0,8}[[{]/.test(piece) ? MAX_JSON_LINE : MAX_LINE;
    const kept = piece.slice(0, limit - size + 1);
    overlong = size + piece.length > limit;
    carry.push(kept);
    size += kept.length;
  };

  const finish = (): void => {
    if (overlong) overlongLines++;
    emit(carry.length === 1 ? (carry[0] ?? '') : carry.join(''));
    carry = [];
    size = 0;
    overlong = false;
  };

  const chunk = (text: string): void => {
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      if (size === 0 && !overlong && end - start <= MAX_LINE) emit(text.slice(start, end));
      else {
        add(text.slice(start, end));
        finish();
      }
      start = end + 1;
    }
    // Else the chunk stays alive as long as its last piece does.
    if (start < text.length && !overlong) add(ownCopy(text.slice(start)));
  };

  return {
    chunk,
    end(): void {
      if (size > 0) finish();
    },
    overlong: () => overlongLines,
  };
}
