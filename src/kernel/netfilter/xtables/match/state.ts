import type { CtState } from '../../../../linux/ct-state.ts';
import { seenByRules } from '../../../conntrack/template.ts';
import { statesFit } from './conntrack.ts';
import { answer, type MatchModel } from './match-model.ts';

/** `-m state`, the older name of `-m conntrack --ctstate`. Linux: xt_state.c. */
export interface StateMatch {
  readonly kind: 'state';
  readonly negated: boolean;
  readonly any: readonly CtState[];
}

export const stateMatch: MatchModel<StateMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate: (match, { packet }) => answer(statesFit(match, seenByRules(packet.skb.ct))),
};
