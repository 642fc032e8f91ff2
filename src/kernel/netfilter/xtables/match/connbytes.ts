import { seenByRules } from '../../../conntrack/template.ts';
import { OPEN_QUESTION } from '../../../decide.ts';
import { answer, type MatchModel, unknownHere } from './match-model.ts';

/** `-m connbytes`: what a connection has carried. Linux: struct xt_connbytes_info. */
export interface ConnbytesMatch {
  readonly kind: 'connbytes';
  readonly negated: boolean;
  readonly from: bigint;
  /** null: without an upper bound. */
  readonly to: bigint | null;
  readonly mode: 'packets' | 'bytes' | 'avgpkt';
  readonly direction: 'original' | 'reply' | 'both';
}

/**
 * A packet without a connection never matches, inverted or not; and the first one of a connection
 * is counted before the rules. Linux: connbytes_mt().
 */
export const connbytesMatch: MatchModel<ConnbytesMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate(match, context) {
    const ct = seenByRules(context.packet.skb.ct);
    if (ct.kind !== 'tracked') return 'no';
    const { from, to, negated } = match;
    if (from === 0n && to === null) return answer(!negated);
    return unknownHere(context, {
      kind: 'unknown',
      topic: 'match',
      about: 'connbytes',
      options: OPEN_QUESTION,
    });
  },
};
