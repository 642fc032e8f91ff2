import type { RuleScope } from '../rule-scope.ts';
import { BREAK, type Evaluated, UNKNOWN_VALUE } from '../value.ts';

/** The route that a packet was given: `rt nexthop`, `rt mtu`. Linux: struct nft_rt. */
export interface RtExpression {
  readonly kind: 'rt';
  readonly key: RtKey;
  /** Of `nexthop` in an inet table. */
  readonly family: 4 | 6 | null;
}

export const RT_KEYS = ['classid', 'nexthop', 'mtu', 'ipsec'] as const;

export type RtKey = (typeof RT_KEYS)[number];

/** A packet of the other family ends the rule. Linux: nft_rt_get_eval(). */
export function evaluateRt({ family }: RtExpression, { packet }: RuleScope): Evaluated {
  return family !== null && packet.skb.packet.source.family !== family ? BREAK : UNKNOWN_VALUE;
}
