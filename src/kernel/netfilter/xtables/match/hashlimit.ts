import { yesNo } from '../../../decide.ts';
import { type MatchModel, unknownHere } from './match-model.ts';

/** `-m hashlimit`: a token bucket per key. Linux: struct xt_hashlimit_mtinfo3. */
export interface HashlimitMatch {
  readonly kind: 'hashlimit';
  /** `--hashlimit-upto` holds while there are tokens, `--hashlimit-above` when there are none. */
  readonly holds: 'upto' | 'above';
  /** All options as printed. */
  readonly options: string;
}

/** Linux: hashlimit_mt_common(). */
export const hashlimitMatch: MatchModel<HashlimitMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate: (match, context) =>
    unknownHere(context, {
      kind: 'unknown',
      topic: 'match',
      about: 'hashlimit',
      options: yesNo(match.holds === 'upto' ? 'yes' : 'no', 1),
    }),
};
