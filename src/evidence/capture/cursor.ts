/**
 * Big-endian reads of network headers. Past the end of the data everything reads as 0, so nothing
 * here throws; who reads compares with the end of what was captured first.
 */

export function u8(data: Uint8Array, at: number): number {
  return data[at] ?? 0;
}

export function u16(data: Uint8Array, at: number): number {
  return ((data[at] ?? 0) << 8) | (data[at + 1] ?? 0);
}

export function u32(data: Uint8Array, at: number): number {
  return ((u16(data, at) << 16) | u16(data, at + 2)) >>> 0;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** `0a:1b:...` of the six bytes at `at`. */
export function macAt(data: Uint8Array, at: number): string {
  let text = HEX[u8(data, at)] ?? '';
  for (let i = 1; i < 6; i++) text += `:${HEX[u8(data, at + i)]}`;
  return text;
}
