import { OPEN_QUESTION } from '../../../decide.ts';
import { chooseElement, overlap, useElement } from '../choose-element.ts';
import { applyOperator } from '../expression/binary.ts';
import type { Expression } from '../expression/expression.ts';
import { drawWeighted, type NumgenExpression } from '../expression/numgen.ts';
import { askHere, type RuleScope } from '../rule-scope.ts';
import type { NftSet } from '../set.ts';
import type { Interval, Part, Scalar, Value } from '../value.ts';
import { within } from '../value.ts';
import type { StatementOutcome } from './statement.ts';

/** `LEFT op RIGHT`. Linux: struct nft_cmp_expr, nft_range_expr, nft_lookup. */
export interface MatchStatement {
  readonly kind: 'match';
  /** `in`: one of the bits of the right side is set; `!`: none is. */
  readonly operator: MatchOperator;
  readonly left: Expression;
  readonly right: MatchRight;
}

export type MatchOperator = '==' | '!=' | '<' | '>' | '<=' | '>=' | 'in' | '!';

/** Constants, one interval for each component of the left side, or a set. */
export type MatchRight =
  | { readonly kind: 'value'; readonly value: readonly Interval[] }
  | { readonly kind: 'set'; readonly set: NftSet };

/** Linux: nft_cmp_eval(), nft_range_eval(), nft_lookup_eval(). */
export function executeMatch(match: MatchStatement, scope: RuleScope): StatementOutcome {
  return matches(match, scope) ? { kind: 'next', skb: scope.packet.skb } : { kind: 'break' };
}

function matches(match: MatchStatement, scope: RuleScope): boolean {
  const { left, right, operator } = match;
  if (right.kind === 'set') {
    // A left side that breaks fails the rule even where the set is negated.
    if (left.kind !== 'numgen' && scope.evaluate(left).kind === 'break') return false;
    if (operator === '!=') return chooseElement(left, right.set, scope) === null;
    return useElement(left, right.set, scope) !== null;
  }
  if (left.kind === 'numgen') {
    const drawn = drawMatch(left, operator, right.value, scope);
    if (drawn !== null) return drawn;
  }
  const evaluated = scope.evaluate(left);
  if (evaluated.kind === 'break') return false;
  const answer = compare(operator, evaluated.value, right.value);
  if (answer !== null) return answer;
  const asked = askHere(scope, {
    kind: 'unknown',
    topic: 'match',
    about: 'match',
    options: OPEN_QUESTION,
  });
  return asked.value === 'yes';
}

/** null when an unknown component decides. */
function compare(operator: MatchOperator, left: Value, right: readonly Interval[]): boolean | null {
  switch (operator) {
    case '==':
      return allWithin(left, right);
    case '!=': {
      const equal = allWithin(left, right);
      return equal === null ? null : !equal;
    }
    default: {
      const part = left[0];
      const bound = right[0]?.first;
      if (part === undefined || part === null || bound === undefined) return null;
      return compareScalar(operator, part, bound);
    }
  }
}

function allWithin(left: Value, right: readonly Interval[]): boolean | null {
  let unknown = left.length !== right.length;
  for (const [i, interval] of right.entries()) {
    const part: Part = left[i] ?? null;
    if (part === null) unknown = true;
    else if (!within(interval, part)) return false;
  }
  return unknown ? null : true;
}

function compareScalar(
  operator: Exclude<MatchOperator, '==' | '!='>,
  left: Scalar,
  right: Scalar,
): boolean | null {
  switch (operator) {
    case '<':
      return left < right;
    case '>':
      return left > right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
    case 'in':
    case '!': {
      const common = applyOperator('&', left, right);
      return common === null ? null : (Number(common) === 0) === (operator === '!');
    }
  }
}

/** Draws whether a number generator matches, by how many of its numbers do; null: not so simple. */
function drawMatch(
  numgen: NumgenExpression,
  operator: MatchOperator,
  right: readonly Interval[],
  scope: RuleScope,
): boolean | null {
  const range = rangeOf(operator, right[0]);
  if (range === null) return null;
  const { offset, modulus } = numgen;
  const inside = overlap(range, { first: offset, last: offset + modulus - 1 });
  const weight = operator === '!=' ? modulus - inside : inside;
  return drawWeighted(scope, numgen, [
    { name: 'yes', weight, result: true },
    { name: 'no', weight: modulus - weight, result: false },
  ]);
}

function rangeOf(operator: MatchOperator, right: Interval | undefined): Interval | null {
  if (typeof right?.first !== 'number' || typeof right.last !== 'number') return null;
  switch (operator) {
    case '==':
    case '!=':
      return right;
    case '<':
      return { first: 0, last: right.first - 1 };
    case '<=':
      return { first: 0, last: right.first };
    case '>':
      return { first: right.first + 1, last: 0xffffffff };
    case '>=':
      return { first: right.first, last: 0xffffffff };
    case 'in':
    case '!':
      return null;
  }
}
