import { answer, type MatchModel } from './match-model.ts';

/** `-m length`: the length of the whole IP packet. Linux: struct xt_length_info. */
export interface LengthMatch {
  readonly kind: 'length';
  readonly negated: boolean;
  readonly first: number;
  readonly last: number;
}

/** Linux: length_mt(). */
export const lengthMatch: MatchModel<LengthMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate({ first, last, negated }, { packet }) {
    const { length } = packet.skb.packet;
    return answer((length >= first && length <= last) !== negated);
  },
};
