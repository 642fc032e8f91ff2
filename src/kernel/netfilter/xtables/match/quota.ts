import { yesNo } from '../../../decide.ts';
import { type MatchModel, unknownHere } from './match-model.ts';

/** `-m quota`: a number of bytes that is used up. Linux: struct xt_quota_info. */
export interface QuotaMatch {
  readonly kind: 'quota';
  readonly negated: boolean;
  readonly bytes: bigint;
}

/** How much is left is not saved. Linux: quota_mt(). */
export const quotaMatch: MatchModel<QuotaMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate: ({ negated }, context) =>
    unknownHere(context, {
      kind: 'unknown',
      topic: 'match',
      about: 'quota',
      options: yesNo(negated ? 'no' : 'yes', 1),
    }),
};
