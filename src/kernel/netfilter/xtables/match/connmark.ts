import { seenByRules } from '../../../conntrack/template.ts';
import { answer, type MatchModel } from './match-model.ts';

/** `-m connmark`. Linux: struct xt_connmark_mtinfo1. */
export interface ConnmarkMatch {
  readonly kind: 'connmark';
  readonly negated: boolean;
  readonly value: number;
  readonly mask: number;
}

/** A packet without a connection never matches, inverted or not. Linux: connmark_mt(). */
export const connmarkMatch: MatchModel<ConnmarkMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate(match, { packet }) {
    const ct = seenByRules(packet.skb.ct);
    if (ct.kind !== 'tracked') return 'no';
    return answer(((ct.connection.mark & match.mask) >>> 0 === match.value) !== match.negated);
  },
};
