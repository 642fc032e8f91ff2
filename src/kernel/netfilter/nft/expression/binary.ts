import type { RuleScope } from '../rule-scope.ts';
import { BREAK, type Evaluated, type Part } from '../value.ts';
import type { Expression } from './expression.ts';

/** `&`, `|`, `^` and shifts. Linux: struct nft_bitwise. */
export interface BinaryExpression {
  readonly kind: 'binary';
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

export type BinaryOperator = '&' | '|' | '^' | '<<' | '>>';

/** Linux: nft_bitwise_eval(). */
export function evaluateBinary(expression: BinaryExpression, scope: RuleScope): Evaluated {
  const left = scope.evaluate(expression.left);
  const right = scope.evaluate(expression.right);
  if (left.kind === 'break' || right.kind === 'break') return BREAK;
  const value = left.value.map((part, i) =>
    applyOperator(expression.operator, part, right.value[i] ?? null),
  );
  return { kind: 'value', value };
}

/** The operator on two scalars; unknown or mixed ones give no known value. */
export function applyOperator(operator: BinaryOperator, left: Part, right: Part): Part {
  if (typeof left === 'bigint' && typeof right === 'bigint') {
    return wide(operator, left, right);
  }
  if (typeof left !== 'number' || typeof right !== 'number') return null;
  if (left <= 0xffffffff && right <= 0xffffffff) return narrow(operator, left, right);
  return Number(wide(operator, BigInt(left), BigInt(right)));
}

function narrow(operator: BinaryOperator, left: number, right: number): number {
  switch (operator) {
    case '&':
      return (left & right) >>> 0;
    case '|':
      return (left | right) >>> 0;
    case '^':
      return (left ^ right) >>> 0;
    case '<<':
      return right > 31 ? 0 : (left << right) >>> 0;
    case '>>':
      return right > 31 ? 0 : left >>> right;
  }
}

function wide(operator: BinaryOperator, left: bigint, right: bigint): bigint {
  switch (operator) {
    case '&':
      return left & right;
    case '|':
      return left | right;
    case '^':
      return left ^ right;
    case '<<':
      return left << right;
    case '>>':
      return left >> right;
  }
}
