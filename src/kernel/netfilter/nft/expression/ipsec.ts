import { yesNo } from '../../../decide.ts';
import { askHere, type RuleScope } from '../rule-scope.ts';
import { BREAK, type Evaluated, UNKNOWN_VALUE } from '../value.ts';

/** The IPsec state that a packet came or goes through: `ipsec in reqid`. Linux: struct nft_xfrm. */
export interface IpsecExpression {
  readonly kind: 'ipsec';
  readonly direction: 'in' | 'out';
  readonly key: string;
  /** Which of several states. */
  readonly number: number;
}

/** States of IPsec are not in a snapshot; without one the rule ends. Linux: nft_xfrm_get_eval(). */
export function evaluateIpsec({ direction }: IpsecExpression, scope: RuleScope): Evaluated {
  return askIpsec(scope, `ipsec ${direction}`) ? UNKNOWN_VALUE : BREAK;
}

/** Whether the packet is one of IPsec: few are. */
export function askIpsec(scope: RuleScope, about: string): boolean {
  const answer = askHere(scope, {
    kind: 'unknown',
    topic: 'match',
    about,
    options: yesNo('no', 2),
  });
  return answer.value === 'yes';
}
