import { nameUnsupported, type RuleScope } from '../rule-scope.ts';
import type { StatementOutcome } from './statement.ts';

/** A statement that gives the packet to something outside the model. */
export interface StolenStatement {
  readonly kind: 'stolen';
  readonly by: 'queue' | 'fwd';
  /** The statement as nft prints it. */
  readonly text: string;
}

export function executeStolen({ by }: StolenStatement, scope: RuleScope): StatementOutcome {
  nameUnsupported(scope, `nft statement ${by}`);
  return { kind: 'end', end: { kind: 'stolen', by } };
}
