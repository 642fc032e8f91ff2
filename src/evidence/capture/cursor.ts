/** Bounds-checked reads of a capture's bytes: past the end everything reads as null. */
export interface Bytes {
  readonly length: number;
  readonly little: boolean;
  u8(at: number): number | null;
  u16(at: number): number | null;
  u32(at: number): number | null;
  slice(from: number, to: number): Bytes;
  raw(from: number, to: number): Uint8Array;
}

/** Network headers are big-endian; capture file headers are as their magic number says. */
export function bytesOf(data: Uint8Array, little = false): Bytes {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const fits = (at: number, size: number): boolean => at >= 0 && at + size <= data.length;
  return {
    length: data.length,
    little,
    u8: (at) => (fits(at, 1) ? view.getUint8(at) : null),
    u16: (at) => (fits(at, 2) ? view.getUint16(at, little) : null),
    u32: (at) => (fits(at, 4) ? view.getUint32(at, little) : null),
    slice: (from, to) => bytesOf(data.subarray(from, Math.max(from, to)), little),
    raw: (from, to) => data.subarray(from, Math.max(from, to)),
  };
}

/** `0a:1b:...`. */
export function formatMac(data: Uint8Array): string {
  return Array.from(data, (byte) => byte.toString(16).padStart(2, '0')).join(':');
}
