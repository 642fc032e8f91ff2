import type { SourceRef } from '../../../packet/source-ref.ts';

/** One rule: all matches must hold, in order, then the target acts. */
export interface XtRule {
  /** The rule as iptables-save prints it, without counters: `-A OUTPUT -d ... -j ...`. */
  readonly text: string;
  readonly source: SourceRef;
  readonly counters: { readonly packets: number; readonly bytes: number } | null;
}
