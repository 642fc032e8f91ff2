import { answer, type MatchModel } from './match-model.ts';

/** `-m dscp`: the upper six bits of the TOS octet. Linux: struct xt_dscp_info. */
export interface DscpMatch {
  readonly kind: 'dscp';
  readonly negated: boolean;
  readonly value: number;
}

/** Linux: dscp_mt(). */
export const dscpMatch: MatchModel<DscpMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate: ({ value, negated }, { packet }) =>
    answer((packet.skb.packet.tos >> 2 === value) !== negated),
};
