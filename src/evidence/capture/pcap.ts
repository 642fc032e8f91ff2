import type { ByteWindow } from './byte-window.ts';
import { type FrameReader, type FrameSink, MAX_FRAME, newFrame } from './frame.ts';

/** The classic capture file. Source: pcap-savefile(5). */

interface Magic {
  readonly magic: number;
  /** Units of a second's fraction. */
  readonly units: number;
  /**
   * What a record's header may measure. Three old patches made it longer, two of them under the
   * usual magic number: only the records tell.
   */
  readonly headers: readonly number[];
}

const MAGICS: readonly Magic[] = [
  { magic: 0xa1b2c3d4, units: 1e6, headers: [16, 24, 20] },
  { magic: 0xa1b23c4d, units: 1e9, headers: [16] },
  // A. Kuznetzov's patch: interface, protocol and packet type follow.
  { magic: 0xa1b2cd34, units: 1e6, headers: [24, 28] },
];

const FILE_HEADER = 24;
/** Enough to see by the first records how long their headers are. */
const PROBE = 3;
/** Frames of one capture lie no further apart, when what follows garbage is looked for. */
const GAP_SECONDS = 30 * 86_400;

export interface PcapStart {
  readonly little: boolean;
  readonly magic: Magic;
}

/** Null when the bytes do not begin as a pcap file. */
export function pcapStart(data: Uint8Array): PcapStart | null {
  if (data.length < 4) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (const little of [false, true]) {
    const magic = MAGICS.find((row) => view.getUint32(0, little) === row.magic);
    if (magic) return { little, magic };
  }
  return null;
}

/** Reads records until the file ends; behind garbage it goes on at the next record it can find. */
export function pcapReader({ little, magic }: PcapStart, sink: FrameSink): FrameReader {
  const frame = newFrame();
  frame.little = little;
  let header = 0;
  let lastSeconds = Number.NaN;
  let lost = false;

  /** Whether a record may begin at `at`; `strictly` where nothing says that one does. */
  const isRecord = (window: ByteWindow, at: number, strictly: boolean): boolean => {
    const { view } = window;
    const seconds = view.getUint32(at, little);
    const fraction = view.getUint32(at + 4, little);
    const length = view.getUint32(at + 8, little);
    const wire = view.getUint32(at + 12, little);
    if (length > MAX_FRAME || (seconds === 0 && wire === 0 && length === 0)) return false;
    if (!strictly) return true;
    if (Math.abs(seconds - lastSeconds) > GAP_SECONDS || fraction >= magic.units) return false;
    return length > 0 && length <= wire && wire <= 4 * MAX_FRAME;
  };

  /** How many of the first records have a plausible header of that size. */
  const chain = (window: ByteWindow, size: number): number => {
    let at = window.start;
    let count = 0;
    while (count < PROBE && at + size <= window.end && isRecord(window, at, true)) {
      count++;
      at += size + window.view.getUint32(at + 8, little);
    }
    return at === window.end ? PROBE : count;
  };

  const begin = (window: ByteWindow, last: boolean): boolean => {
    const size = window.end - window.start;
    if (size < FILE_HEADER + PROBE * (28 + MAX_FRAME) && !last) return false;
    if (size < FILE_HEADER) {
      sink.problem('capture-cut-off', 0);
      window.start = window.end;
      return false;
    }
    // The upper bits tell of a frame check sequence.
    frame.linkType = window.view.getUint32(window.start + 20, little) & 0xffff;
    window.start += FILE_HEADER;
    const found = magic.headers.map((size) => ({ size, count: chain(window, size) }));
    const best = found.reduce((a, b) => (b.count > a.count ? b : a));
    header = best.size;
    return true;
  };

  /** Where the next record begins behind garbage, or -1 when more has to be seen. */
  const search = (window: ByteWindow, last: boolean): number => {
    for (let at = window.start + 1; at + header <= window.end; at++) {
      if (!isRecord(window, at, true)) continue;
      const next = at + header + window.view.getUint32(at + 8, little);
      if (next === window.end && last) return at;
      if (next + header > window.end) {
        if (last) continue;
        window.start = at - 1;
        return -1;
      }
      if (isRecord(window, next, true)) return at;
    }
    window.start = last ? window.end : Math.max(window.start, window.end - header);
    return -1;
  };

  const read = (window: ByteWindow, last: boolean): void => {
    if (header === 0 && !begin(window, last)) return;
    for (;;) {
      if (lost) {
        const at = search(window, last);
        if (at < 0) return;
        window.start = at;
        lost = false;
      }
      const at = window.start;
      if (at + header > window.end) break;
      const { view } = window;
      const length = view.getUint32(at + 8, little);
      if (!isRecord(window, at, false)) {
        sink.problem('capture-broken-block', frame.number);
        lost = true;
        continue;
      }
      const from = at + header;
      if (from + length > window.end) break;
      lastSeconds = view.getUint32(at, little);
      frame.number++;
      frame.time = lastSeconds + view.getUint32(at + 4, little) / magic.units;
      frame.data = window.data;
      frame.from = from;
      frame.end = from + length;
      frame.wireLength = view.getUint32(at + 12, little);
      window.start = frame.end;
      sink.frame(frame);
    }
    if (last && window.start < window.end) {
      sink.problem('capture-cut-off', frame.number);
      window.start = window.end;
    }
  };

  return { format: 'pcap', read };
}
