import { answer, type MatchModel } from './match-model.ts';

/** `-m icmp` and `-m icmp6`. Linux: struct ipt_icmp. */
export interface IcmpMatch {
  readonly kind: 'icmp';
  readonly version: 4 | 6;
  readonly negated: boolean;
  /** null: `any`. */
  readonly type: number | null;
  /** null: every code of the type. */
  readonly code: number | null;
}

/** Linux: icmp_match(), icmp6_match(). */
export const icmpMatch: MatchModel<IcmpMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate(match, { packet }) {
    const t = packet.skb.packet.transport;
    if (t.kind !== 'icmp') return 'no';
    const fits =
      match.type === null ||
      (t.type === match.type && (match.code === null || t.code === match.code));
    return answer(fits !== match.negated);
  },
};
