import { seenByRules } from '../../../conntrack/template.ts';
import { yesNo } from '../../../decide.ts';
import { answer, type MatchModel, unknownHere } from './match-model.ts';

/** `-m helper`: a connection that a helper expected. Linux: struct xt_helper_info. */
export interface HelperMatch {
  readonly kind: 'helper';
  readonly negated: boolean;
  /** '' is any helper. */
  readonly helper: string;
}

/**
 * Only a connection that another one announced has a helper to compare. The model makes none such;
 * of one that was there before, a list of connections does not tell. Linux: helper_mt().
 */
export const helperMatch: MatchModel<HelperMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate({ negated }, context) {
    const ct = seenByRules(context.packet.skb.ct);
    if (ct.kind !== 'tracked' || ct.connection.loadedFrom === null) return answer(negated);
    return unknownHere(context, {
      kind: 'unknown',
      topic: 'match',
      about: 'helper',
      options: yesNo(negated ? 'yes' : 'no', 1),
    });
  },
};
