import type { Ipv6Address } from '../../../../packet/address.ts';

/** The IPv6 address in 16 bytes from a position on. */
export function addressAt(bytes: Uint8Array, at: number): Ipv6Address {
  let bits = 0n;
  for (const byte of bytes.subarray(at, at + 16)) bits = (bits << 8n) | BigInt(byte);
  return { family: 6, bits };
}
