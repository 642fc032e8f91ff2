import { RAW_BASES } from '../../../kernel/netfilter/nft/expression/raw-payload.ts';
import { type JsonObject, numberOf, textOf } from '../../json-value.ts';
import { HEX } from '../data-type.ts';
import type { TypedExpression } from '../typed-expression.ts';

/** `{"base": "th", "offset": 16, "len": 16}`, in bits. */
export function readRawPayload(operand: JsonObject): TypedExpression | null {
  const base = RAW_BASES.find((name) => name === textOf(operand, 'base'));
  const offset = numberOf(operand, 'offset');
  const length = numberOf(operand, 'len');
  if (!base || offset === null || length === null || length < 1) return null;
  return {
    node: { kind: 'raw-payload', base, offset, length },
    text: `@${base},${offset},${length}`,
    types: [HEX],
  };
}
