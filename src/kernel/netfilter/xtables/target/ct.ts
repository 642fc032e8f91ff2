import { isAttached } from '../../../conntrack/template.ts';
import type { Skb } from '../../../skb.ts';
import { type TargetModel, unchanged } from './target-model.ts';

/** `-j CT` and `-j NOTRACK`. Linux: struct xt_ct_target_info_v1. */
export interface CtTarget {
  readonly kind: 'ct';
  /** NOTRACK is an older name of `CT --notrack`. */
  readonly name: 'CT' | 'NOTRACK';
  readonly notrack: boolean;
  readonly zone: CtZone | null;
  /** Options without effect on where packets go, as read: `--helper`, `--ctevents`... */
  readonly options: string;
}

export interface CtZone {
  readonly direction: 'both' | 'original' | 'reply';
  /** `mark`: the packet's mark is the zone. */
  readonly zone: number | 'mark';
}

/**
 * A packet that already has a connection, or the template of an earlier one of these, is left alone.
 * Linux: xt_ct_target(), notrack_tg().
 */
export const ctTarget: TargetModel<CtTarget> = {
  support: () => 'exact',
  apply(target, context) {
    const { skb } = context.packet;
    if (isAttached(skb.ct)) return unchanged(context);
    if (target.notrack) return { kind: 'continue', skb: { ...skb, ct: { kind: 'untracked' } } };
    return { kind: 'continue', skb: inZone(skb, target.zone) };
  },
};

/** Without a zone the template is of zone 0. Linux: xt_ct_tg_check(). */
function inZone(skb: Skb, chosen: CtZone | null): Skb {
  const id = chosen?.zone === 'mark' ? skb.mark & 0xffff : (chosen?.zone ?? 0);
  return { ...skb, ct: { kind: 'none', zone: { id, direction: chosen?.direction ?? 'both' } } };
}
