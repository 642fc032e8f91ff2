import type { Ipset } from '../kernel/netfilter/ipset.ts';
import type { NftTable } from '../kernel/netfilter/nft/table.ts';
import type { XtBackend, XtTable } from '../kernel/netfilter/xtables/table.ts';
import type { Parsed } from '../packet/issue.ts';

/** The parsers of rulesets, as an argument: each is a world of its own. */
export interface RulesetReaders {
  readonly iptablesSave: (
    text: string,
    file: string,
    options: { readonly family: 4 | 6; readonly backend: XtBackend },
  ) => Parsed<readonly XtTable[]>;
  readonly ipsetSave: (text: string, file: string) => Parsed<readonly Ipset[]>;
  readonly nftRuleset: (text: string, file: string) => Parsed<readonly NftTable[]>;
}
