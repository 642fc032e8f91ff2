import type { Address, Ipv6Address } from './address.ts';

/** What an IPv6 address is by its bits. Linux: IPV6_ADDR_*, include/net/ipv6.h. */
export type Ipv6Kind =
  | 'any'
  | 'loopback'
  | 'link-local'
  | 'site-local'
  | 'multicast'
  | 'v4-mapped'
  | 'v4-compatible'
  | 'unicast';

/** The kind of an address. Linux: __ipv6_addr_type(). */
export function ipv6Kind({ bits }: Ipv6Address): Ipv6Kind {
  if (bits === 0n) return 'any';
  if (bits === 1n) return 'loopback';
  if (bits >> 120n === 0xffn) return 'multicast';
  if (bits >> 118n === 0x3fan) return 'link-local';
  if (bits >> 118n === 0x3fbn) return 'site-local';
  if (bits >> 32n === 0xffffn) return 'v4-mapped';
  return bits >> 32n === 0n ? 'v4-compatible' : 'unicast';
}

/**
 * How far an address reaches, as in RFC 4291: 2 link, 5 site, 14 global; a group says it itself, and ::
 * has -1. Linux: __ipv6_addr_src_scope().
 */
export function ipv6Scope(address: Ipv6Address): number {
  switch (ipv6Kind(address)) {
    case 'any':
      return -1;
    case 'loopback':
    case 'link-local':
      return 2;
    case 'site-local':
      return 5;
    case 'multicast':
      return Number((address.bits >> 112n) & 0xfn);
    case 'v4-mapped':
    case 'v4-compatible':
    case 'unicast':
      return 14;
  }
}

/** fe80::/10. */
export function isLinkLocal(address: Address): boolean {
  return address.family === 6 && address.bits >> 118n === 0x3fan;
}

/**
 * Whether an address means something only beside a device: a route of another one does not do.
 * Linux: rt6_need_strict().
 */
export function needsDevice(address: Ipv6Address): boolean {
  const kind = ipv6Kind(address);
  return kind === 'multicast' || kind === 'link-local' || kind === 'loopback';
}

/** Leading bits that two addresses share. Linux: ipv6_addr_diff(). */
export function sharedBits(a: Ipv6Address, b: Ipv6Address): number {
  const different = a.bits ^ b.bits;
  return different === 0n ? 128 : 128 - different.toString(2).length;
}
