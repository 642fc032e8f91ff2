import { OPEN_QUESTION } from '../../../decide.ts';
import type { SetDirection } from '../../ipset-membership.ts';
import { testSetInRun } from '../set-changes.ts';
import { answer, type MatchModel, unknownHere } from './match-model.ts';

/** `-m set`. Linux: struct xt_set_info_match_v4. */
export interface SetMatch {
  readonly kind: 'set';
  readonly negated: boolean;
  readonly set: string;
  readonly directions: readonly SetDirection[];
  /** An element marked `nomatch` answers yes instead of no. */
  readonly returnNomatch: boolean;
  /** False: `! --update-counters`, `! --update-subcounters`. */
  readonly updateCounters: boolean;
  readonly updateSubcounters: boolean;
  /** What the element has counted. */
  readonly packets: SetCounter | null;
  readonly bytes: SetCounter | null;
}

export interface SetCounter {
  readonly compare: 'eq' | 'ne' | 'lt' | 'gt';
  readonly value: bigint;
}

/** What an element has counted is known of none. Linux: set_match_v4(). */
export const setMatch: MatchModel<SetMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate(match, context) {
    const member = testSetInRun(match, context.packet, context.run);
    if (member === 'no') return answer(match.negated);
    const counts = match.packets !== null || match.bytes !== null;
    if (member === 'yes' && !counts) return answer(!match.negated);
    return unknownHere(context, {
      kind: 'unknown',
      topic: 'ipset',
      about: `${match.set} ${match.directions.join(',')}${member === 'yes' ? ' counters' : ''}`,
      options: OPEN_QUESTION,
    });
  },
};
