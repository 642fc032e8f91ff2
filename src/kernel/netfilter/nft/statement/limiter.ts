import { yesNo } from '../../../decide.ts';
import { askHere, type RuleScope } from '../rule-scope.ts';
import type { StatementOutcome } from './statement.ts';

/**
 * `limit`, `quota` and `ct count`: the packet matches while a limit is not exceeded, or only when
 * it is (`over`). Linux: nft_limit.c, nft_quota.c, nft_connlimit.c.
 */
export interface LimiterStatement {
  readonly kind: 'limiter';
  readonly name: 'limit' | 'quota' | 'ct-count';
  /** `over`: matches what exceeds the limit. */
  readonly over: boolean;
  /** The named quota's counter had passed its limit when the snapshot was taken. */
  readonly exceeded: boolean;
  /** The statement as nft prints it. */
  readonly text: string;
}

/** One packet of a flow usually finds the limit not exceeded. */
export function executeLimiter(
  { name, over, exceeded }: LimiterStatement,
  scope: RuleScope,
): StatementOutcome {
  const answer = askHere(scope, {
    kind: 'unknown',
    topic: 'match',
    about: name,
    options: yesNo(over === exceeded ? 'yes' : 'no', 1),
  });
  return answer.value === 'yes' ? { kind: 'next', skb: scope.packet.skb } : { kind: 'break' };
}
