import { yesNo } from '../../../decide.ts';
import { type MatchModel, unknownHere } from './match-model.ts';

/** `-m limit`: a token bucket. Linux: struct xt_rateinfo. */
export interface LimitMatch {
  readonly kind: 'limit';
  /** As printed, e.g. `5/min`. */
  readonly rate: string;
  /** Size of the bucket; null is the default. */
  readonly burst: number | null;
}

/** One packet of a flow usually finds a token. Linux: limit_mt(). */
export const limitMatch: MatchModel<LimitMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate: (_match, context) =>
    unknownHere(context, {
      kind: 'unknown',
      topic: 'match',
      about: 'limit',
      options: yesNo('yes', 1),
    }),
};
