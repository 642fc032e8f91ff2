import { OPEN_QUESTION } from '../../../decide.ts';
import { type SetDirection, testIpset } from '../../ipset-membership.ts';
import { answer, type MatchModel, unknownHere } from './match-model.ts';

/** `-m set`. Linux: struct xt_set_info_match_v4. */
export interface SetMatch {
  readonly kind: 'set';
  readonly negated: boolean;
  readonly set: string;
  readonly directions: readonly SetDirection[];
  /** An element marked `nomatch` answers yes instead of no. */
  readonly returnNomatch: boolean;
}

/** Linux: set_match_v4(). */
export const setMatch: MatchModel<SetMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate(match, context) {
    const member = testIpset(match, context.packet);
    if (member !== 'unknown') return answer((member === 'yes') !== match.negated);
    return unknownHere(context, {
      kind: 'unknown',
      topic: 'ipset',
      about: `${match.set} ${match.directions.join(',')}`,
      options: OPEN_QUESTION,
    });
  },
};
