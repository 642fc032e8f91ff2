import { type Address, type Ipv6Address, ipv4 } from '../../packet/address.ts';
import { u32 } from './cursor.ts';

/** The IPv6 address in the 16 bytes at `at`. */
export function ipv6At(data: Uint8Array, at: number): Ipv6Address {
  const high = (BigInt(u32(data, at)) << 32n) | BigInt(u32(data, at + 4));
  const low = (BigInt(u32(data, at + 8)) << 32n) | BigInt(u32(data, at + 12));
  return { family: 6, bits: (high << 64n) | low };
}

export function addressAt(data: Uint8Array, at: number, family: 4 | 6): Address {
  return family === 4 ? ipv4(u32(data, at)) : ipv6At(data, at);
}
