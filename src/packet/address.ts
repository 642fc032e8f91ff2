/** IP addresses as numbers. Text is parsed once, strictly, and never compared as text. */

export interface Ipv4Address {
  readonly family: 4;
  /** Unsigned 32-bit value, most significant octet first. */
  readonly bits: number;
}

export interface Ipv6Address {
  readonly family: 6;
  /** Unsigned 128-bit value. */
  readonly bits: bigint;
}

export type Address = Ipv4Address | Ipv6Address;

export const IPV4_ANY: Ipv4Address = { family: 4, bits: 0 };
export const IPV4_LOOPBACK: Ipv4Address = { family: 4, bits: 0x7f000001 };

/** An IPv4 address from its value. */
export function ipv4(bits: number): Ipv4Address {
  return { family: 4, bits: bits >>> 0 };
}

/**
 * Parses a dotted quad. Leading zeros, short forms and other number bases are refused, because
 * programs disagree about them. Returns null when the text is not an address.
 */
export function parseIpv4(text: string): Ipv4Address | null {
  let bits = 0;
  let octet = -1;
  let digits = 0;
  let octets = 0;
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 46;
    if (code === 46) {
      if (digits === 0 || ++octets > 4) return null;
      bits = bits * 256 + octet;
      octet = -1;
      digits = 0;
    } else if (code >= 48 && code <= 57) {
      if (digits > 0 && octet === 0) return null;
      octet = digits === 0 ? code - 48 : octet * 10 + (code - 48);
      if (++digits > 3 || octet > 255) return null;
    } else {
      return null;
    }
  }
  return octets === 4 ? { family: 4, bits } : null;
}

/** Parses an IPv6 address in any RFC 4291 form (no zone). Returns null when it is not one. */
export function parseIpv6(text: string): Ipv6Address | null {
  if (!text.includes(':')) return null;
  let source = text;
  const lastColon = source.lastIndexOf(':');
  const tail = source.slice(lastColon + 1);
  if (tail.includes('.')) {
    const v4 = parseIpv4(tail);
    if (!v4) return null;
    const hex = `${(v4.bits >>> 16).toString(16)}:${(v4.bits & 0xffff).toString(16)}`;
    source = source.slice(0, lastColon + 1) + hex;
  }
  const halves = source.split('::');
  if (halves.length > 2) return null;
  const groupsOf = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const head = groupsOf(halves[0] ?? '');
  const rest = halves.length === 2 ? groupsOf(halves[1] ?? '') : [];
  const missing = 8 - head.length - rest.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  let bits = 0n;
  for (const group of [...head, ...new Array<string>(missing).fill('0'), ...rest]) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return null;
    bits = (bits << 16n) | BigInt(Number.parseInt(group, 16));
  }
  return { family: 6, bits };
}

/** Parses an address of either family, or returns null. */
export function parseAddress(text: string): Address | null {
  return parseIpv4(text) ?? parseIpv6(text);
}

/** Prints an address; IPv6 as RFC 5952 asks. */
export function formatAddress(address: Address): string {
  if (address.family === 4) {
    const b = address.bits;
    return `${b >>> 24}.${(b >>> 16) & 255}.${(b >>> 8) & 255}.${b & 255}`;
  }
  const groups: string[] = [];
  for (let shift = 112n; shift >= 0n; shift -= 16n) {
    groups.push(((address.bits >> shift) & 0xffffn).toString(16));
  }
  let bestStart = -1;
  let bestLength = 1;
  for (let i = 0; i < 8; i++) {
    let length = 0;
    while (i + length < 8 && groups[i + length] === '0') length++;
    if (length > bestLength) {
      bestStart = i;
      bestLength = length;
    }
  }
  if (bestStart < 0) return groups.join(':');
  const head = groups.slice(0, bestStart).join(':');
  return `${head}::${groups.slice(bestStart + bestLength).join(':')}`;
}

/** Whether two addresses are the same, family included. */
export function sameAddress(a: Address, b: Address): boolean {
  return a.family === b.family && a.bits === b.bits;
}

/** 127.0.0.0/8. Linux: ipv4_is_loopback(). */
export function isIpv4Loopback(address: Address): boolean {
  return address.family === 4 && address.bits >>> 24 === 127;
}

/** 224.0.0.0/4. Linux: ipv4_is_multicast(). */
export function isIpv4Multicast(address: Address): boolean {
  return address.family === 4 && address.bits >>> 28 === 0xe;
}

export const IPV6_ANY: Ipv6Address = { family: 6, bits: 0n };
export const IPV6_LOOPBACK: Ipv6Address = { family: 6, bits: 1n };

/** The address of a family that stands for none: 0.0.0.0 or ::. */
export function anyAddress(family: 4 | 6): Address {
  return family === 4 ? IPV4_ANY : IPV6_ANY;
}

/** Whether an address is 0.0.0.0 or ::. */
export function isAny(address: Address): boolean {
  return address.family === 4 ? address.bits === 0 : address.bits === 0n;
}

/** 224.0.0.0/4 or ff00::/8. */
export function isMulticast(address: Address): boolean {
  return address.family === 4 ? isIpv4Multicast(address) : address.bits >> 120n === 0xffn;
}

/** 127.0.0.0/8 or ::1. */
export function isLoopback(address: Address): boolean {
  return address.family === 4 ? isIpv4Loopback(address) : address.bits === 1n;
}
