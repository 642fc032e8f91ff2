import { OPEN_QUESTION } from '../../../decide.ts';
import { answer, type MatchModel, unknownHere } from './match-model.ts';

/** `-m tcpmss`. Linux: struct xt_tcpmss_match_info. */
export interface TcpmssMatch {
  readonly kind: 'tcpmss';
  readonly negated: boolean;
  readonly first: number;
  readonly last: number;
}

/** A packet without the option matches only inverted. Linux: tcpmss_mt(). */
export const tcpmssMatch: MatchModel<TcpmssMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate({ first, last, negated }, context) {
    const { packet } = context.packet.skb;
    const t = packet.transport;
    if (t.kind !== 'tcp') return 'no';
    if (t.mss !== undefined) return answer((t.mss >= first && t.mss <= last) !== negated);
    if (!t.flags.syn || packet.body) return answer(negated);
    return unknownHere(context, {
      kind: 'unknown',
      topic: 'match',
      about: 'tcpmss',
      options: OPEN_QUESTION,
    });
  },
};
