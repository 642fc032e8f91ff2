import type { XtTableName } from '../../../linux/priority.ts';
import type { XtChain } from './chain.ts';

/** Which kernel interface a table was loaded through; both can be active at once. */
export type XtBackend = 'legacy' | 'nft' | 'unspecified';

/** One table of iptables (family 4) or ip6tables (family 6). */
export interface XtTable {
  readonly name: XtTableName;
  readonly family: 4 | 6;
  readonly backend: XtBackend;
  readonly chains: ReadonlyMap<string, XtChain>;
}
