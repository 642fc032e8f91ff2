import type { Hook } from '../../../linux/hook.ts';
import type { SourceRef } from '../../../packet/source-ref.ts';
import type { NftSet } from './set.ts';
import type { Statement } from './statement/statement.ts';

/** One native nftables table. */
export interface NftTable {
  readonly family: 'ip' | 'ip6' | 'inet' | 'arp' | 'bridge' | 'netdev';
  readonly name: string;
  /** Handles rise, so they tell which of two tables was made first. */
  readonly handle: number;
  /** `flags dormant`: none of its chains is attached to a hook. */
  readonly dormant: boolean;
  /**
   * Why the model knows no more of the table than its name (its family is not modelled); null
   * when it was read.
   */
  readonly unsupported: string | null;
  readonly chains: ReadonlyMap<string, NftChain>;
  /** Chains that are attached to a hook now, in the order of their registration. */
  readonly baseChains: readonly NftBaseChain[];
  readonly sets: ReadonlyMap<string, NftSet>;
  /** It has an object of type `ct helper`, which turns connection tracking on. */
  readonly hasHelper?: true;
  readonly source: SourceRef | null;
}

export interface NftChain {
  readonly name: string;
  readonly handle: number;
  readonly rules: readonly NftRule[];
  /** Set for a base chain, even of a dormant table. */
  readonly base: NftBase | null;
}

/**
 * A chain attached to a hook. Of two with equal priority the one registered last runs first.
 * Linux: nf_hook_entries_grow().
 */
export interface NftBaseChain extends NftChain, NftBase {}

export interface NftBase {
  readonly type: 'filter' | 'nat' | 'route';
  readonly hook: Hook | 'ingress' | 'egress';
  readonly priority: number;
  readonly policy: 'accept' | 'drop';
  /** Of the ingress and egress hooks only. */
  readonly devices: readonly string[];
}

export interface NftRule {
  readonly handle: number;
  /** The rule as `nft list ruleset` prints it, without its comment and counters' values. */
  readonly text: string;
  readonly comment: string | null;
  readonly statements: readonly Statement[];
  /** Its text has the handle after it, as `nft -a` prints it. */
  readonly source: SourceRef;
}
