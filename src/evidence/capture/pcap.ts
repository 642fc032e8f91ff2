import { type Bytes, bytesOf } from './cursor.ts';
import { type FrameSource, MAX_FRAME } from './frame.ts';

/** The classic capture file. Source: pcap-savefile(5). */

const MAGICS = [
  { magic: 0xa1b2c3d4, fraction: 1e-6 },
  { magic: 0xa1b23c4d, fraction: 1e-9 },
] as const;

/** Null when the bytes do not begin as a pcap file. */
export function openPcap(data: Uint8Array): FrameSource | null {
  for (const little of [false, true]) {
    const bytes = bytesOf(data, little);
    const row = MAGICS.find(({ magic }) => bytes.u32(0) === magic);
    if (row) return { format: 'pcap', read: (frame) => readPcap(bytes, row.fraction, frame) };
  }
  return null;
}

function readPcap(
  bytes: Bytes,
  fraction: number,
  emit: Parameters<FrameSource['read']>[0],
): ReturnType<FrameSource['read']> {
  const network = bytes.u32(20);
  if (network === null) return 'capture-cut-off';
  // The upper bits tell of a frame check sequence.
  const linkType = network & 0xffff;
  let at = 24;
  for (let number = 1; at < bytes.length; number++) {
    const seconds = bytes.u32(at);
    const parts = bytes.u32(at + 4);
    const length = bytes.u32(at + 8);
    if (seconds === null || parts === null || length === null) return 'capture-cut-off';
    if (length > MAX_FRAME) return 'capture-broken-block';
    if (at + 16 + length > bytes.length) return 'capture-cut-off';
    emit({
      number,
      time: seconds + parts * fraction,
      linkType,
      device: null,
      data: bytes.raw(at + 16, at + 16 + length),
      direction: null,
    });
    at += 16 + length;
  }
  return null;
}
