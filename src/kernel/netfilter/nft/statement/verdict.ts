import type { Verdict } from '../verdict.ts';
import type { StatementOutcome } from './statement.ts';

/** `accept`, `drop`, `jump CHAIN`... Linux: nft_immediate_eval() of a verdict. */
export interface VerdictStatement {
  readonly kind: 'verdict';
  readonly verdict: Verdict;
}

export function executeVerdict({ verdict }: VerdictStatement): StatementOutcome {
  return { kind: 'end', end: verdict };
}
