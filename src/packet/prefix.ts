import { type Address, formatAddress, parseAddress } from './address.ts';

/** A network prefix. Host bits of `address` may be set (an interface's address); see `network`. */
export interface Prefix {
  readonly address: Address;
  /** Number of leading bits, 0..32 or 0..128. */
  readonly length: number;
}

const FULL = { 4: 32, 6: 128 } as const;

/** Parses `10.0.0.0/8`; a bare address is a full-length prefix. Returns null when malformed. */
export function parsePrefix(text: string): Prefix | null {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (!address) return null;
  if (slash < 0) return { address, length: FULL[address.family] };
  const lengthText = text.slice(slash + 1);
  if (!/^\d{1,3}$/.test(lengthText)) return null;
  const length = Number(lengthText);
  return length <= FULL[address.family] ? { address, length } : null;
}

/** The netmask of an IPv4 prefix length as an unsigned number. Linux: inet_make_mask(). */
export function ipv4Mask(length: number): number {
  return length === 0 ? 0 : (0xffffffff << (32 - length)) >>> 0;
}

/** Whether the prefix covers the address. */
export function contains(prefix: Prefix, address: Address): boolean {
  if (prefix.address.family === 4 && address.family === 4) {
    return ((prefix.address.bits ^ address.bits) & ipv4Mask(prefix.length)) === 0;
  }
  if (prefix.address.family === 6 && address.family === 6) {
    const shift = BigInt(128 - prefix.length);
    return prefix.address.bits >> shift === address.bits >> shift;
  }
  return false;
}

/** The prefix with its host bits cleared. */
export function network(prefix: Prefix): Prefix {
  const { address, length } = prefix;
  if (address.family === 4) {
    return { address: { family: 4, bits: (address.bits & ipv4Mask(length)) >>> 0 }, length };
  }
  const shift = BigInt(128 - length);
  return { address: { family: 6, bits: (address.bits >> shift) << shift }, length };
}

/** A full-length prefix of one address. */
export function hostPrefix(address: Address): Prefix {
  return { address, length: FULL[address.family] };
}

/** Prints `address/length`. */
export function formatPrefix(prefix: Prefix): string {
  return `${formatAddress(prefix.address)}/${prefix.length}`;
}
