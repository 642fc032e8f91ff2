import type { Support } from '../../../../packet/issue.ts';
import type { Run } from '../../../run.ts';
import type { Skb } from '../../../skb.ts';
import type { RulePacket } from '../../rule-context.ts';
import type { TableVerdict } from '../../verdict.ts';
import type { RuleSite } from '../rule-site.ts';

/** What a target extension is and does. One per kind, see `registry.ts`. */
export interface TargetModel<T> {
  support(target: T): Support;
  /** Linux: the target function; `continue` is XT_CONTINUE. */
  apply(target: T, context: TargetContext): TargetOutcome;
}

export interface TargetContext {
  readonly packet: RulePacket;
  readonly run: Run;
  readonly site: RuleSite;
}

export type TargetOutcome =
  | { readonly kind: 'continue'; readonly skb: Skb }
  | { readonly kind: 'end'; readonly verdict: TableVerdict };

/** The packet goes on unchanged. */
export function unchanged({ packet }: TargetContext): TargetOutcome {
  return { kind: 'continue', skb: packet.skb };
}
