import { answer, type MatchModel } from './match-model.ts';

/** `-m multiport`. Linux: struct xt_multiport_v1. */
export interface MultiportMatch {
  readonly kind: 'multiport';
  readonly negated: boolean;
  readonly side: 'source' | 'destination' | 'either';
  readonly ranges: readonly { readonly first: number; readonly last: number }[];
}

/** Linux: multiport_mt(). */
export const multiportMatch: MatchModel<MultiportMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate(match, { packet }) {
    const t = packet.skb.packet.transport;
    if (t.kind !== 'tcp' && t.kind !== 'udp' && t.kind !== 'sctp') return 'no';
    const listed = match.ranges.some(({ first, last }) => {
      const source = t.sport >= first && t.sport <= last;
      const destination = t.dport >= first && t.dport <= last;
      return (source && match.side !== 'destination') || (destination && match.side !== 'source');
    });
    return answer(listed !== match.negated);
  },
};
