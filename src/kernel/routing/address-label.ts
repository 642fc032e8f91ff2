import type { Address } from '../../packet/address.ts';
import { contains, type Prefix, parsePrefix } from '../../packet/prefix.ts';

/** One line of `ip addrlabel`. Linux: struct ip6addrlbl_entry. */
export interface AddressLabel {
  readonly prefix: Prefix;
  /** Only on this device; null: on all. */
  readonly device: string | null;
  readonly label: number;
}

/** What a namespace starts with. Linux: ip6addrlbl_init_table[]; RFC 6724 2.1. */
export const DEFAULT_LABELS: readonly AddressLabel[] = (
  [
    ['::1/128', 0],
    ['::ffff:0:0/96', 4],
    ['::/96', 3],
    ['2001:10::/28', 7],
    ['2001::/32', 6],
    ['2002::/16', 2],
    ['3ffe::/16', 12],
    ['fec0::/10', 11],
    ['fc00::/7', 5],
    ['::/0', 1],
  ] as const
).flatMap(([text, label]) => {
  const prefix = parsePrefix(text);
  return prefix ? [{ prefix, device: null, label }] : [];
});

/** The kernel's label of an address that no line covers. Linux: IPV6_ADDR_LABEL_DEFAULT. */
const NO_LABEL = 0xffffffff;

/** The label of an address at a device; the longest prefix counts. Linux: ipv6_addr_label(). */
export function labelOf(
  labels: readonly AddressLabel[] | undefined,
  address: Address,
  device: string | null,
): number {
  let best: AddressLabel | null = null;
  for (const entry of labels ?? DEFAULT_LABELS) {
    if (entry.device !== null && entry.device !== device) continue;
    if (!contains(entry.prefix, address)) continue;
    if (!best || entry.prefix.length > best.prefix.length) best = entry;
  }
  return best?.label ?? NO_LABEL;
}
