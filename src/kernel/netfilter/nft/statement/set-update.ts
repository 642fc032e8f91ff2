import { OPEN_QUESTION } from '../../../decide.ts';
import type { Expression } from '../expression/expression.ts';
import { askHere, type RuleScope } from '../rule-scope.ts';
import { isKnown, type NftSet } from '../set.ts';
import { addInRun, deleteInRun } from '../set-changes.ts';
import type { StatementOutcome } from './statement.ts';

/** `add|update|delete @SET { KEY }`: a rule that changes a set. Linux: struct nft_dynset. */
export interface SetUpdateStatement {
  readonly kind: 'set-update';
  readonly operation: 'add' | 'update' | 'delete';
  readonly key: Expression;
  readonly set: NftSet;
  /** What a map's element gets; null for a set. */
  readonly data: Expression | null;
  /** Statements that the element holds, as nft prints them; one of them may end the rule. */
  readonly statements: string;
  /** One of them limits: the rule goes on only while it allows. */
  readonly limits: boolean;
}

/** A set that is full ends the rule. Linux: nft_dynset_eval(). */
export function executeSetUpdate(update: SetUpdateStatement, scope: RuleScope): StatementOutcome {
  const next: StatementOutcome = { kind: 'next', skb: scope.packet.skb };
  const evaluated = scope.evaluate(update.key);
  if (evaluated.kind === 'break') return evaluated;
  const mapped = update.data && scope.evaluate(update.data);
  if (mapped?.kind === 'break') return mapped;
  const data = mapped && isKnown(mapped.value) ? mapped.value : null;
  if (isKnown(evaluated.value)) {
    if (update.operation === 'delete') deleteInRun(scope.run, update.set, evaluated.value);
    else if (!addInRun(scope.run, update.set, evaluated.value, data)) return { kind: 'break' };
  }
  if (!update.limits) return next;
  const answer = askHere(scope, {
    kind: 'unknown',
    topic: 'match',
    about: 'element limit',
    options: OPEN_QUESTION,
  });
  return answer.value === 'yes' ? next : { kind: 'break' };
}
