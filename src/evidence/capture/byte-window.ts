/**
 * The bytes of a stream that are not used up yet, in one piece: records may lie across the pieces
 * that a stream is read in. Grows to the longest record and no further.
 */
export interface ByteWindow {
  data: Uint8Array;
  view: DataView;
  /** What is not used up lies from `start` to `end`. */
  start: number;
  end: number;
}

const FIRST_SIZE = 65_536;

export function byteWindow(): ByteWindow {
  const data = new Uint8Array(FIRST_SIZE);
  return { data, view: new DataView(data.buffer), start: 0, end: 0 };
}

/** Adds a piece behind what is left. */
export function pushBytes(window: ByteWindow, piece: Uint8Array): void {
  const left = window.end - window.start;
  if (window.end + piece.length > window.data.length) {
    if (left + piece.length > window.data.length) {
      const data = new Uint8Array(Math.max(2 * window.data.length, left + piece.length));
      data.set(window.data.subarray(window.start, window.end));
      window.data = data;
      window.view = new DataView(data.buffer);
    } else {
      window.data.copyWithin(0, window.start, window.end);
    }
    window.start = 0;
    window.end = left;
  }
  window.data.set(piece, window.end);
  window.end += piece.length;
}
