import type { MatchOperator, MatchRight } from '../../../kernel/netfilter/nft/statement/match.ts';
import { isObject, textOf } from '../../json-value.ts';
import type { DataType } from '../data-type.ts';
import { BOOLEAN } from '../data-type.ts';
import { anonymous, keysAreBoolean, readExpression } from '../read-expression.ts';
import { readSet } from '../read-set.ts';
import { type Printed, readValue } from '../read-value.ts';
import type { TableScope } from '../table-scope.ts';
import type { TypedExpression } from '../typed-expression.ts';
import type { StatementReader } from './statement-reader.ts';

/** `{"op": "==", "left": expression, "right": constant | "@set" | {"set": [...]}}`. */
export const readMatch: StatementReader = (operand, scope) => {
  if (!isObject(operand)) return null;
  const operator = textOf(operand, 'op') ?? '==';
  if (!isOperator(operator)) return null;
  const left = readExpression(operand.left, hintFrom(operand.right), scope);
  const right = readRight(operand.right, left, scope);
  if (!right) return null;
  return {
    node: { kind: 'match', operator, left: left.node, right: right.node },
    text: printMatch(operator, left, right.text),
  };
};

const OPERATORS: readonly string[] = ['==', '!=', '<', '>', '<=', '>=', 'in', '!'];

function isOperator(text: string): text is MatchOperator {
  return OPERATORS.includes(text);
}

/** `exists` and `missing` say that the left side asks for existence. */
function hintFrom(right: unknown): readonly DataType[] {
  const elements = isObject(right) && Array.isArray(right.set) ? right.set : [right];
  return keysAreBoolean(elements) ? [BOOLEAN] : [];
}

function readRight(
  json: unknown,
  left: TypedExpression,
  scope: TableScope,
): Printed<MatchRight> | null {
  if (typeof json === 'string' && json.startsWith('@')) {
    const named = scope.sets.get(json.slice(1));
    return named ? { node: { kind: 'set', set: named.set }, text: json } : null;
  }
  if (isObject(json) && Array.isArray(json.set)) {
    const set = readSet(anonymous(left, scope), json.set, { key: left.types, data: null });
    return set.kind === 'set' ? { node: { kind: 'set', set: set.node }, text: set.text } : null;
  }
  const types = asksForExistence(json, left) ? [BOOLEAN] : left.types;
  const value = readValue(json, types);
  return value && { node: { kind: 'value', value: value.node }, text: value.text };
}

/** `tcp option sack-perm exists`, whose own type is the field's. */
function asksForExistence(json: unknown, { node }: TypedExpression): boolean {
  return typeof json === 'boolean' && node.kind === 'tcp-option' && node.field === null;
}

/** Source of the form: nft's relational_expr_print(), flagcmp_expr_print(). */
function printMatch(operator: MatchOperator, left: TypedExpression, right: string): string {
  const bitmask = left.types.some((type) => type.bitmask);
  if (left.node.kind === 'binary') {
    const [field, mask] = left.text.split(' & ');
    if (bitmask && mask !== undefined) {
      return `${field} ${operator === '!=' ? '!= ' : ''}${right} / ${mask}`;
    }
    return `${left.text} ${operator} ${right}`;
  }
  const isConstant = !right.startsWith('{') && !right.startsWith('@');
  const silent = operator === 'in' || (operator === '==' && !(bitmask && isConstant));
  return silent ? `${left.text} ${right}` : `${left.text} ${operator} ${right}`;
}
