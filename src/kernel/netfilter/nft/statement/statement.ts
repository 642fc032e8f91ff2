import type { Support } from '../../../../packet/issue.ts';
import type { Skb } from '../../../skb.ts';
import type { RuleScope } from '../rule-scope.ts';
import type { RuleEnd } from '../verdict.ts';
import { executeFlow, type FlowStatement } from './flow.ts';
import { executeLimiter, type LimiterStatement } from './limiter.ts';
import { executeMangle, type MangleStatement, mangleSupport } from './mangle.ts';
import { executeMatch, type MatchStatement } from './match.ts';
import { executeNat, type NatStatement } from './nat.ts';
import { executeNotrack, type NotrackStatement } from './notrack.ts';
import { executeObjectMap, type ObjectMapStatement } from './object-map.ts';
import { executeOptstrip, type OptstripStatement } from './optstrip.ts';
import { executeReject, type RejectStatement } from './reject.ts';
import { executeSetUpdate, type SetUpdateStatement } from './set-update.ts';
import { executeSideEffect, type SideEffectStatement } from './side-effect.ts';
import { executeStolen, type StolenStatement } from './stolen.ts';
import { executeSynproxy, type SynproxyStatement } from './synproxy.ts';
import { executeTproxy, type TproxyStatement } from './tproxy.ts';
import { executeUnsupported, type UnsupportedStatement } from './unsupported.ts';
import { executeVerdict, type VerdictStatement } from './verdict.ts';
import { executeVmap, type VmapStatement } from './vmap.ts';

/** One part of a rule. They run from left to right; what one did stays done. */
export type Statement =
  | FlowStatement
  | LimiterStatement
  | MangleStatement
  | MatchStatement
  | NatStatement
  | NotrackStatement
  | ObjectMapStatement
  | OptstripStatement
  | RejectStatement
  | SetUpdateStatement
  | SideEffectStatement
  | StolenStatement
  | SynproxyStatement
  | TproxyStatement
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
    case 'flow':
      return executeFlow(statement, scope);
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
    case 'object-map':
      return executeObjectMap(statement, scope);
    case 'optstrip':
      return executeOptstrip(statement, scope);
    case 'reject':
      return executeReject(statement, scope);
    case 'set-update':
      return executeSetUpdate(statement, scope);
    case 'side-effect':
      return executeSideEffect(scope);
    case 'stolen':
      return executeStolen(statement, scope);
    case 'synproxy':
      return executeSynproxy(scope);
    case 'tproxy':
      return executeTproxy(statement, scope);
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
    case 'optstrip':
    case 'reject':
    case 'verdict':
    case 'vmap':
      return 'exact';
    case 'flow':
    case 'limiter':
    case 'object-map':
    case 'set-update':
    case 'tproxy':
      return 'given-fact';
    case 'mangle':
      return mangleSupport(statement);
    case 'side-effect':
      return 'no-effect';
    case 'stolen':
    case 'synproxy':
      return 'unsupported';
    case 'unsupported':
      return statement.known ? 'unsupported' : 'unknown';
  }
}
