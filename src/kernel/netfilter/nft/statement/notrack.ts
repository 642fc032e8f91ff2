import type { RuleScope } from '../rule-scope.ts';
import type { StatementOutcome } from './statement.ts';

/** `notrack`: connection tracking leaves the packet alone. */
export interface NotrackStatement {
  readonly kind: 'notrack';
}

/** A packet that has a connection keeps it. Linux: nft_notrack_eval(). */
export function executeNotrack({ packet }: RuleScope): StatementOutcome {
  const { skb } = packet;
  if (skb.ct.kind === 'tracked') return { kind: 'next', skb };
  return { kind: 'next', skb: { ...skb, ct: { kind: 'untracked' } } };
}
