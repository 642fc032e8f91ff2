import type { TargetModel } from './target-model.ts';

/** `-j MARK`. Linux: struct xt_mark_tginfo2. */
export interface MarkTarget {
  readonly kind: 'mark';
  readonly value: number;
  readonly mask: number;
}

/** Linux: mark_tg(). */
export const markTarget: TargetModel<MarkTarget> = {
  support: () => 'exact',
  apply({ value, mask }, { packet: { skb } }) {
    return { kind: 'continue', skb: { ...skb, mark: ((skb.mark & ~mask) ^ value) >>> 0 } };
  },
};
