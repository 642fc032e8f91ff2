import type { Address } from '../../../packet/address.ts';
import { ipv4Mask, type Prefix } from '../../../packet/prefix.ts';

/** The highest address of a prefix. */
export function lastAddress({ address, length }: Prefix): Address {
  if (address.family === 4) {
    return { family: 4, bits: (address.bits | ~ipv4Mask(length)) >>> 0 };
  }
  return { family: 6, bits: address.bits | ((1n << BigInt(128 - length)) - 1n) };
}
