import type { RuleScope } from '../rule-scope.ts';
import { BREAK, type Evaluated, type Part } from '../value.ts';
import type { Expression } from './expression.ts';

/** `ip daddr . meta l4proto . th dport`: one key of several components. */
export interface ConcatExpression {
  readonly kind: 'concat';
  readonly parts: readonly Expression[];
}

/** The components are loaded in turn; the first that breaks ends the rule. */
export function evaluateConcat({ parts }: ConcatExpression, scope: RuleScope): Evaluated {
  const value: Part[] = [];
  for (const part of parts) {
    const evaluated = scope.evaluate(part);
    if (evaluated.kind === 'break') return BREAK;
    value.push(...evaluated.value);
  }
  return { kind: 'value', value };
}
