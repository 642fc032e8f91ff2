import { OPEN_QUESTION } from '../../../decide.ts';
import { askHere, type RuleScope } from '../rule-scope.ts';
import type { StatementOutcome } from './statement.ts';

/**
 * `flow add @NAME`: later packets of the connection go from device to device without meeting a
 * hook. Linux: struct nft_flow_offload.
 */
export interface FlowStatement {
  readonly kind: 'flow';
  readonly flowtable: string;
}

/**
 * A packet whose connection is not established ends the rule; whether another's is put into the
 * flow table is asked. Not proved on a kernel here. Linux: nft_flow_offload_eval().
 */
export function executeFlow({ flowtable }: FlowStatement, scope: RuleScope): StatementOutcome {
  const { skb } = scope.packet;
  if (skb.ct.kind !== 'tracked' || !skb.ct.connection.confirmed) return { kind: 'break' };
  const answer = askHere(scope, {
    kind: 'unknown',
    topic: 'target',
    about: `flow ${flowtable}`,
    options: OPEN_QUESTION,
  });
  return answer.value === 'yes' ? { kind: 'next', skb } : { kind: 'break' };
}
