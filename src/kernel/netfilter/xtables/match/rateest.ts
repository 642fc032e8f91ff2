import { OPEN_QUESTION } from '../../../decide.ts';
import { type MatchModel, unknownHere } from './match-model.ts';

/** `-m rateest`: compares rates that RATEEST measures. Linux: struct xt_rateest_match_info. */
export interface RateestMatch {
  readonly kind: 'rateest';
  /** All options as printed. */
  readonly options: string;
}

/** Linux: xt_rateest_mt(). */
export const rateestMatch: MatchModel<RateestMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate: (_match, context) =>
    unknownHere(context, {
      kind: 'unknown',
      topic: 'match',
      about: 'rateest',
      options: OPEN_QUESTION,
    }),
};
