import { readExpression } from './read-expression.ts';
import { FAMILIES } from './table-draft.ts';
import type { TableScope } from './table-scope.ts';

/** The names of the types of an expression's value, for a set of `typeof`. */
export function typeofNames(family: string, expression: unknown): readonly string[] {
  const scope: TableScope = {
    family: FAMILIES.find((name) => name === family) ?? 'ip',
    name: '',
    sets: new Map(),
    limits: new Map(),
    source: { file: '', line: 1 },
  };
  return readExpression(expression, [], scope).types.map(({ name }) => name);
}
