import { nameUnsupported, type RuleScope } from '../rule-scope.ts';
import { type Evaluated, UNKNOWN_VALUE } from '../value.ts';

/** An expression that is not modelled. Its value is unknown and it is named when a packet meets it. */
export interface UnsupportedExpression {
  readonly kind: 'unsupported';
  /** e.g. `socket transparent`. */
  readonly name: string;
  /** False when nothing about it was recognised. */
  readonly known: boolean;
  /** The expression as nft prints it, or as JSON where even that is not known. */
  readonly text: string;
}

export function evaluateUnsupported(
  expression: UnsupportedExpression,
  scope: RuleScope,
): Evaluated {
  nameUnsupported(scope, `nft expression ${expression.name}`);
  return UNKNOWN_VALUE;
}
