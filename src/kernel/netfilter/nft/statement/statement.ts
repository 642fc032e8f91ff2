import type { Support } from '../../../../packet/issue.ts';
import type { Skb } from '../../../skb.ts';
import type { RuleScope } from '../rule-scope.ts';
import type { RuleEnd } from '../verdict.ts';
import { executeLimiter, type LimiterStatement } from './limiter.ts';
import { executeMangle, type MangleStatement, mangleSupport } from './mangle.ts';
import { executeMatch, type MatchStatement } from './match.ts';
import { executeNat, type NatStatement } from './nat.ts';
import { executeNotrack, type NotrackStatement } from './notrack.ts';
import { executeReject, type RejectStatement } from './reject.ts';
import { executeSetUpdate, type SetUpdateStatement } from './set-update.ts';
import { executeSideEffect, type SideEffectStatement } from './side-effect.ts';
import { executeStolen, type StolenStatement } from './stolen.ts';
import { executeUnsupported, type UnsupportedStatement } from './unsupported.ts';
import { executeVerdict, type VerdictStatement } from './verdict.ts';
import { executeVmap, type VmapStatement } from './vmap.ts';

/** One part of a rule. They run from left to right; what one did stays done. */
export type Statement =
  | LimiterStatement
  | MangleStatement
  | MatchStatement
  | NatStatement
  | NotrackStatement
  | RejectStatement
  | SetUpdateStatement
  | SideEffectStatement
  | StolenStatement
  | UnsupportedStatement
  | VerdictStatement
  | VmapStatement;

/** How a statement ended. */
export type StatementOutcome =
  | { readonly kind: 'next'; readonly skb: Skb }
  /** The rule does not match: the next rule is tried. */
  | { readonly kind: 'break' }
  | { readonly kind: 'end'; readonly end: RuleEnd };

/** Runs one statement of a rule. Linux: expr_call_ops_eval(). */
export function executeStatement(statement: Statement, scope: RuleScope): StatementOutcome {
  switch (statement.kind) {
    case 'limiter':
      return executeLimiter(statement, scope);
    case 'mangle':
      return executeMangle(statement, scope);
    case 'match':
      return executeMatch(statement, scope);
    case 'nat':
      return executeNat(statement, scope);
    case 'notrack':
      return executeNotrack(scope);
    case 'reject':
      return executeReject(statement, scope);
    case 'set-update':
      return executeSetUpdate(statement, scope);
    case 'side-effect':
      return executeSideEffect(scope);
    case 'stolen':
      return executeStolen(statement, scope);
    case 'unsupported':
      return executeUnsupported(statement, scope);
    case 'verdict':
      return executeVerdict(statement);
    case 'vmap':
      return executeVmap(statement, scope);
  }
}

/** How far a statement itself is supported, its expressions aside. */
export function statementSupport(statement: Statement): Support {
  switch (statement.kind) {
    case 'match':
    case 'nat':
    case 'notrack':
    case 'reject':
    case 'verdict':
    case 'vmap':
      return 'exact';
    case 'limiter':
    case 'set-update':
      return 'given-fact';
    case 'mangle':
      return mangleSupport(statement);
    case 'side-effect':
      return 'no-effect';
    case 'stolen':
      return 'unsupported';
    case 'unsupported':
      return statement.known ? 'unsupported' : 'unknown';
  }
}
