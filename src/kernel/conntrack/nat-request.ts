import type { Address } from '../../packet/address.ts';

/** A mapping a nat rule asks for. Linux: struct nf_nat_range2. */
export type NatRequest =
  | {
      readonly kind: 'dnat' | 'snat';
      /** null keeps the address (a port-only mapping). */
      readonly first: Address | null;
      readonly last: Address | null;
      readonly ports: { readonly first: number; readonly last: number } | null;
      readonly random: boolean;
      readonly persistent: boolean;
      /** A port of the range as far from its start as the packet's is from this one. */
      readonly basePort?: number;
    }
  | {
      readonly kind: 'masquerade' | 'redirect';
      readonly ports: { readonly first: number; readonly last: number } | null;
      readonly random: boolean;
    }
  /** NETMAP and nft prefix maps: the host part is kept. */
  | {
      readonly kind: 'netmap-dst' | 'netmap-src';
      readonly first: Address;
      readonly last: Address;
    };
