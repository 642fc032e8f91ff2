import { parseIpv4 } from '../../packet/address.ts';
import { contains, formatPrefix, network, parsePrefix } from '../../packet/prefix.ts';
import type { Link } from './read/links.ts';
import { numberOf, textOf } from './read/records.ts';

/** An own address of a device with its subnet. */
export interface OwnAddress {
  readonly address: string;
  readonly length: number;
  /** As printed: `10.244.1.0/24`. */
  readonly subnet: string;
}

/** The IPv4 subnets of a device that others can be in; a host's own /32 or a link-local one is none. */
export function subnetsOf(link: Link): readonly OwnAddress[] {
  return (link.addresses ?? []).flatMap((entry): readonly OwnAddress[] => {
    const address = textOf(entry, 'local') ?? '';
    const length = numberOf(entry, 'prefixlen');
    const parsed = parseIpv4(address);
    if (!parsed || length === null || length < 1 || length > 31) return [];
    if (textOf(entry, 'scope') !== 'global') return [];
    const subnet = formatPrefix(network({ address: parsed, length }));
    return [{ address, length, subnet }];
  });
}

/** The own address of a device in whose subnet another address is. */
export function ownAddressTowards(link: Link, address: string): OwnAddress | undefined {
  return subnetsOf(link).find(({ subnet }) => isIn(subnet, address));
}

/** Whether an IPv4 address is in a prefix, both printed. */
export function isIn(prefix: string, address: string): boolean {
  const [parsed, at] = [parsePrefix(prefix), parseIpv4(address)];
  return parsed !== null && at !== null && contains(parsed, at);
}

/** A made-up MAC of an IPv4 address, locally administered; the same every time. */
export function madeUpMac(address: string, first = '0a:58'): string {
  const bits = parseIpv4(address)?.bits ?? 0;
  return `${first}:${hex(bits).replace(/(..)(..)(..)(..)/, '$1:$2:$3:$4')}`;
}

/** `0af40118` for 10.244.1.24: for device names. */
export function hexOf(address: string): string {
  return hex(parseIpv4(address)?.bits ?? 0);
}

function hex(bits: number): string {
  return bits.toString(16).padStart(8, '0');
}
