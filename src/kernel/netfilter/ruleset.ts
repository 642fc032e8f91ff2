import type { SourceRef } from '../../packet/source-ref.ts';
import type { NftTable } from './nft/table.ts';
import type { XtTable } from './xtables/table.ts';

/**
 * The netfilter rules of a namespace. Both backends of iptables can be active at once, and native
 * nftables beside them: all are hooks of the same kernel.
 */
export interface Ruleset {
  /** undefined: not collected. Tables of both backends, each with its backend. */
  readonly xtables: readonly XtTable[] | undefined;
  /** undefined: not collected. Native tables only: those of iptables-nft are in `xtables`. */
  readonly nft: readonly NftTable[] | undefined;
  /** The listed rules are proven (by evidence), others may exist: a hook asks about those. */
  readonly partial?: true;
  /** Tables seen but not readable (other family, wrong tool), with the place they were seen. */
  readonly unsupported: readonly { readonly what: string; readonly source: SourceRef }[];
}
