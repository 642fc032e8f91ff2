import { answer, type MatchModel } from './match-model.ts';

/** `-m mark`. Linux: struct xt_mark_mtinfo1. */
export interface MarkMatch {
  readonly kind: 'mark';
  readonly negated: boolean;
  readonly value: number;
  readonly mask: number;
}

/** Linux: mark_mt(). */
export const markMatch: MatchModel<MarkMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate: (match, { packet }) =>
    answer(((packet.skb.mark & match.mask) >>> 0 === match.value) !== match.negated),
};
