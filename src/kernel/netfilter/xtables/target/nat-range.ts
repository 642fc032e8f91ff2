import type { Address } from '../../../../packet/address.ts';

/** Where DNAT and SNAT may map to. Linux: struct nf_nat_range2. */
export interface NatRange {
  /** null keeps the address. */
  readonly first: Address | null;
  readonly last: Address | null;
  readonly ports: NatPorts | null;
  readonly random: boolean;
  readonly randomFully: boolean;
  readonly persistent: boolean;
}

export interface NatPorts {
  readonly first: number;
  readonly last: number;
}
