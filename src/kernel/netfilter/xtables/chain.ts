import type { SourceRef } from '../../../packet/source-ref.ts';
import type { XtCounters, XtRule } from './rule.ts';

export interface XtChain {
  readonly name: string;
  /** Of a built-in chain; null for a user chain. */
  readonly policy: 'accept' | 'drop' | null;
  /** How often the policy decided; null when it was not saved. */
  readonly counters: XtCounters | null;
  readonly rules: readonly XtRule[];
  /** The file ended within this chain or before it: rules may be missing at its end. */
  readonly cut?: true;
  /** Where the chain was declared. */
  readonly source: SourceRef;
}
