import type { WireByte } from '../../../../packet/wire.ts';

/** The number in so many bytes in network byte order; null where one of them is not known. */
export function bigEndian(bytes: ArrayLike<WireByte>, at: number, length: number): number | null {
  let value = 0;
  for (let i = at; i < at + length; i++) {
    const byte = bytes[i];
    if (byte === null || byte === undefined) return null;
    value = value * 256 + byte;
  }
  return value;
}
