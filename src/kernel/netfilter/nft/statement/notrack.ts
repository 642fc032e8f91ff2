import { seenByRules } from '../../../conntrack/template.ts';
import type { RuleScope } from '../rule-scope.ts';
import type { StatementOutcome } from './statement.ts';

/** `notrack`: connection tracking leaves the packet alone. */
export interface NotrackStatement {
  readonly kind: 'notrack';
}

/** A packet that has a connection, or a template of one, keeps it. Linux: nft_notrack_eval(). */
export function executeNotrack({ packet }: RuleScope): StatementOutcome {
  const { skb } = packet;
  if (seenByRules(skb.ct).kind === 'tracked') return { kind: 'next', skb };
  return { kind: 'next', skb: { ...skb, ct: { kind: 'untracked' } } };
}
