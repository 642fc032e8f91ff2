import type { TargetModel } from './target-model.ts';

/** `-j TTL`, and `-j HL` of ip6tables. Linux: struct ipt_TTL_info. */
export interface TtlTarget {
  readonly kind: 'ttl';
  readonly version: 4 | 6;
  readonly operation: 'set' | 'inc' | 'dec';
  readonly value: number;
}

/** Linux: ttl_tg(). */
export const ttlTarget: TargetModel<TtlTarget> = {
  support: () => 'exact',
  apply({ operation, value }, { packet: { skb } }) {
    const { ttl } = skb.packet;
    const next =
      operation === 'set'
        ? value
        : operation === 'inc'
          ? Math.min(ttl + value, 255)
          : Math.max(ttl - value, 0);
    return { kind: 'continue', skb: { ...skb, packet: { ...skb.packet, ttl: next } } };
  },
};
