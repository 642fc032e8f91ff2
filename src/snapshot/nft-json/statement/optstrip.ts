import { isObject, objectOf, textOf } from '../../json-value.ts';
import type { StatementReader } from './statement-reader.ts';

/** `{"tcp option": {"name": "sack-perm"}}`. */
export const readOptstrip: StatementReader = (operand) => {
  const tcp = isObject(operand) ? objectOf(operand, 'tcp option') : null;
  const option = tcp && textOf(tcp, 'name');
  if (!option) return null;
  return { node: { kind: 'optstrip', option }, text: `reset tcp option ${option}` };
};
