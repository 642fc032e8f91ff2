import { answer, type MatchModel } from './match-model.ts';

/** `-m tos`. Linux: struct xt_tos_match_info. */
export interface TosMatch {
  readonly kind: 'tos';
  readonly negated: boolean;
  readonly value: number;
  readonly mask: number;
}

/** Linux: tos_mt(). */
export const tosMatch: MatchModel<TosMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate: ({ value, mask, negated }, { packet }) =>
    answer(((packet.skb.packet.tos & mask) === value) !== negated),
};
