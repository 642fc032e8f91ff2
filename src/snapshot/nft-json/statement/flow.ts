import { isObject, textOf } from '../../json-value.ts';
import type { StatementReader } from './statement-reader.ts';

/** `{"op": "add", "flowtable": "@ft"}`. */
export const readFlow: StatementReader = (operand) => {
  const flowtable = isObject(operand) ? textOf(operand, 'flowtable') : null;
  if (flowtable === null) return null;
  return { node: { kind: 'flow', flowtable }, text: `flow add ${flowtable}` };
};
