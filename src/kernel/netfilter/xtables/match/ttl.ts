import { answer, type MatchModel } from './match-model.ts';

/** `-m ttl`, and `-m hl` of ip6tables. Linux: struct ipt_ttl_info. */
export interface TtlMatch {
  readonly kind: 'ttl';
  readonly version: 4 | 6;
  readonly compare: 'eq' | 'ne' | 'lt' | 'gt';
  readonly value: number;
}

/** Linux: ttl_mt(). */
export const ttlMatch: MatchModel<TtlMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate({ compare, value }, { packet }) {
    const { ttl } = packet.skb.packet;
    switch (compare) {
      case 'eq':
        return answer(ttl === value);
      case 'ne':
        return answer(ttl !== value);
      case 'lt':
        return answer(ttl < value);
      case 'gt':
        return answer(ttl > value);
    }
  },
};
