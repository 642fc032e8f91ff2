import type { RuleScope } from '../rule-scope.ts';
import type { StatementOutcome } from './statement.ts';

/** A statement that cannot change what happens to the packet. */
export interface SideEffectStatement {
  readonly kind: 'side-effect';
  readonly name: SideEffect;
  /** The prefix of a log line; null for other statements and for a log without one. */
  readonly prefix: string | null;
  /** The statement as nft prints it. */
  readonly text: string;
  /** It registers connection tracking, as `ct helper` does. */
  readonly usesConntrack: boolean;
}

export type SideEffect = 'counter' | 'log' | 'last' | 'dup' | 'ct-object' | 'secmark';

export function executeSideEffect(scope: RuleScope): StatementOutcome {
  return { kind: 'next', skb: scope.packet.skb };
}
