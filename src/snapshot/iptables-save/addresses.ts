import type { AddressMatch, MaskedAddress } from '../../kernel/netfilter/xtables/rule.ts';
import { type Address, formatAddress, ipv4, parseAddress } from '../../packet/address.ts';
import { ipv4Mask } from '../../packet/prefix.ts';
import type { ParseScope } from './grammar.ts';

/** Reads `address[/length]` or `address/mask` of the scope's family; bits outside are cleared. */
export function parseAddressMatch(
  text: string,
  negated: boolean,
  { family }: ParseScope,
): AddressMatch | null {
  const masked = parseMaskedAddress(text, family);
  return masked && { address: masked.address, mask: masked.mask, negated };
}

function parseMaskedAddress(text: string, family: 4 | 6): MaskedAddress | null {
  const slash = text.indexOf('/');
  const address = parseAddress(slash < 0 ? text : text.slice(0, slash));
  if (address?.family !== family) return null;
  const mask = slash < 0 ? fullMask(family) : parseMask(text.slice(slash + 1), family);
  if (mask === null) return null;
  return { address: masked(address, mask), mask };
}

function parseMask(text: string, family: 4 | 6): Address | null {
  if (/^\d{1,3}$/.test(text)) {
    const length = Number(text);
    return length <= (family === 4 ? 32 : 128) ? maskOf(family, length) : null;
  }
  const mask = parseAddress(text);
  return mask?.family === family ? mask : null;
}

/** A large save has the same few masks in thousands of rules. */
const IPV4_MASKS: readonly Address[] = Array.from({ length: 33 }, (_, length) =>
  ipv4(ipv4Mask(length)),
);

/** The mask of a prefix length. */
export function maskOf(family: 4 | 6, length: number): Address {
  const shared = family === 4 ? IPV4_MASKS[length] : undefined;
  if (shared) return shared;
  return {
    family: 6,
    bits: length === 0 ? 0n : ((1n << BigInt(length)) - 1n) << BigInt(128 - length),
  };
}

function fullMask(family: 4 | 6): Address {
  return maskOf(family, family === 4 ? 32 : 128);
}

function masked(address: Address, mask: Address): Address {
  if (address.family === 4 && mask.family === 4) {
    const bits = (address.bits & mask.bits) >>> 0;
    return bits === address.bits ? address : ipv4(bits);
  }
  if (address.family === 6 && mask.family === 6) {
    return { family: 6, bits: address.bits & mask.bits };
  }
  return address;
}

/** The length of a contiguous mask, or null. */
export function maskLength(mask: Address): number | null {
  const bits = mask.bits.toString(2).padStart(mask.family === 4 ? 32 : 128, '0');
  const firstZero = bits.indexOf('0');
  if (firstZero < 0) return bits.length;
  return bits.includes('1', firstZero) ? null : firstZero;
}

/** Prints as the header's options do: always with a length, or with a mask that is none. */
export function printMaskedAddress({ address, mask }: MaskedAddress): string {
  return `${formatAddress(address)}/${maskLength(mask) ?? formatAddress(mask)}`;
}

/** Prints as matches do: a full length is left out. */
export function printShortAddress(masked: MaskedAddress): string {
  const length = maskLength(masked.mask);
  return length === (masked.address.family === 4 ? 32 : 128)
    ? formatAddress(masked.address)
    : printMaskedAddress(masked);
}

/** Prints a header option, '' when there is none. */
export function printAddressOption(name: string, match: AddressMatch | null): string {
  if (match === null) return '';
  return `${match.negated ? '! ' : ''}${name} ${printMaskedAddress(match)}`;
}
