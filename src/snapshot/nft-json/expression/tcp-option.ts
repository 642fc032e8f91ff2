import { type JsonObject, numberOf, textOf } from '../../json-value.ts';
import { BOOLEAN, INTEGER } from '../data-type.ts';
import type { TypedExpression } from '../typed-expression.ts';

/**
 * `{"name": "maxseg", "field": "size"}`, without a field whether the option is there, or
 * `{"base": 255, "offset": 8, "len": 8}`.
 */
export function readTcpOption(operand: JsonObject): TypedExpression | null {
  const option = textOf(operand, 'name');
  const field = textOf(operand, 'field');
  if (option === null) return readRaw(operand);
  return {
    node: { kind: 'tcp-option', option, field },
    text: field === null ? `tcp option ${option}` : `tcp option ${option} ${field}`,
    types: [field === null ? BOOLEAN : INTEGER],
  };
}

function readRaw(operand: JsonObject): TypedExpression | null {
  const base = numberOf(operand, 'base');
  const offset = numberOf(operand, 'offset');
  const length = numberOf(operand, 'len');
  if (base === null || offset === null || length === null) return null;
  const place = `@${base},${offset},${length}`;
  return {
    node: { kind: 'tcp-option', option: String(base), field: place },
    text: `tcp option ${place}`,
    types: [INTEGER],
  };
}
