import { type JsonObject, textOf } from '../../json-value.ts';
import { OPAQUE } from '../data-type.ts';
import type { TypedExpression } from '../typed-expression.ts';

/** `{"key": "name", "ttl": "loose"}`. */
export function readOsf(operand: JsonObject): TypedExpression | null {
  const key = textOf(operand, 'key');
  const ttl = textOf(operand, 'ttl');
  if (key !== 'name' && key !== 'version') return null;
  if (ttl !== null && ttl !== 'loose' && ttl !== 'skip') return null;
  return {
    node: { kind: 'osf', key, ttl },
    text: ttl === null ? `osf ${key}` : `osf ttl ${ttl} ${key}`,
    types: [OPAQUE],
  };
}
