import { u8 } from './cursor.ts';

/**
 * Where the payload of an IEEE 802.11 frame begins; -1 for one that carries none, or an encrypted
 * one. Source: IEEE 802.11-2020 9.2.
 */
export function wirelessPayload(data: Uint8Array, at: number): number {
  const control = u8(data, at);
  const flags = u8(data, at + 1);
  const isData = (control & 0x0c) === 0x08;
  const hasPayload = (control & 0x40) === 0;
  const isEncrypted = (flags & 0x40) !== 0;
  if (!isData || !hasPayload || isEncrypted) return -1;
  const fourAddresses = (flags & 3) === 3 ? 6 : 0;
  const quality = control & 0x80 ? 2 : 0;
  const highThroughput = quality > 0 && flags & 0x80 ? 4 : 0;
  return at + 24 + fourAddresses + quality + highThroughput;
}
