import type { LineNote } from '../../report/annotate/line-note.ts';
import type { Annotator } from './annotator.ts';

/** What a line of the output is made of: the input's own bytes, and words of ours. */
export type Piece = Uint8Array | string;

/** How a line and its note are written. */
export type WriteLine = (line: Uint8Array, text: string, note: LineNote | null) => readonly Piece[];

/** A line that never ends is no text; what it has so far is passed on. */
const LONGEST = 65_536;

const NEWLINE = 10;
const RETURN = 13;

/**
 * Passes a stream through, each line with what is known beside it. What came is written before more
 * is waited for, and no more is kept than the line that has not ended.
 */
export async function annotateStream(
  input: AsyncIterable<Uint8Array>,
  annotate: Annotator,
  write: WriteLine,
  out: (bytes: Uint8Array) => void,
): Promise<void> {
  let carry: Uint8Array = new Uint8Array();
  const take = (line: Uint8Array): readonly Piece[] => {
    const length = line[line.length - 1] === RETURN ? line.length - 1 : line.length;
    const text = Buffer.from(line.buffer, line.byteOffset, length).toString('utf8');
    return write(line, text, annotate(text));
  };
  for await (const chunk of input) {
    const bytes = carry.length === 0 ? chunk : Buffer.concat([carry, chunk]);
    const pieces: Piece[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      for (const piece of take(bytes.subarray(start, end))) pieces.push(piece);
      start = end + 1;
    }
    carry = bytes.subarray(start);
    if (carry.length > LONGEST) {
      pieces.push(carry);
      carry = new Uint8Array();
    }
    if (pieces.length > 0) out(joined(pieces));
  }
  if (carry.length > 0) out(joined(take(carry)));
}

function joined(pieces: readonly Piece[]): Uint8Array {
  return Buffer.concat(pieces.map((piece) => Buffer.from(piece)));
}
