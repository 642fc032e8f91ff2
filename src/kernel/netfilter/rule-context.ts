import type { Hook } from '../../linux/hook.ts';
import type { Decider } from '../decide.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Skb } from '../skb.ts';

/**
 * What a rule can look at. Linux: struct nf_hook_state and the skb.
 * `skb` is the packet as the rule sees it: earlier rules of the same table may have changed it,
 * so the traversal passes the current one beside the context.
 */
export interface RuleContext {
  readonly netns: NetnsState;
  readonly hook: Hook;
  /** Input device name, or '' where the hook has none (OUTPUT). */
  readonly iif: string;
  /** Output device name, or '' where the hook has none (PREROUTING, INPUT). */
  readonly oif: string;
  readonly decider: Decider;
  /** A socket of this namespace sends the packet (owner match), with its user id if known. */
  readonly localSocket: { readonly uid: number | null } | null;
}

/** The packet at a rule. */
export interface RulePacket {
  readonly context: RuleContext;
  readonly skb: Skb;
}
