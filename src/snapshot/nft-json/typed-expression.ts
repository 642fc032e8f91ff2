import type { Expression } from '../../kernel/netfilter/nft/expression/expression.ts';
import type { DataType } from './data-type.ts';
import type { Printed } from './read-value.ts';

/** An expression with the types of its value's components. */
export interface TypedExpression extends Printed<Expression> {
  readonly types: readonly DataType[];
}
