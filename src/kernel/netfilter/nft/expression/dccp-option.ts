import type { RuleScope } from '../rule-scope.ts';
import { type Evaluated, known, UNKNOWN_VALUE } from '../value.ts';

/** `dccp option 5 exists`. Linux: nft_exthdr_dccp_eval(). */
export interface DccpOptionExpression {
  readonly kind: 'dccp-option';
  readonly option: number;
}

const DCCP = 33;

/** No other packet has one. */
export function evaluateDccpOption(_: DccpOptionExpression, { packet }: RuleScope): Evaluated {
  return packet.skb.packet.protocol === DCCP ? UNKNOWN_VALUE : known(0);
}
