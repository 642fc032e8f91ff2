import { type JsonObject, numberOf, textOf } from '../../json-value.ts';
import { HEX, INTEGER, IPV4_ADDR, IPV6_ADDR } from '../data-type.ts';
import type { TypedExpression } from '../typed-expression.ts';

/** `{"key": "saddr", "family": "ip", "dir": "in", "spnum": 0}`. */
export function readIpsec(operand: JsonObject): TypedExpression | null {
  const direction = textOf(operand, 'dir');
  const key = textOf(operand, 'key');
  if ((direction !== 'in' && direction !== 'out') || key === null) return null;
  const number = numberOf(operand, 'spnum') ?? 0;
  const family = textOf(operand, 'family');
  const types =
    key === 'reqid' ? INTEGER : key === 'spi' ? HEX : family === 'ip6' ? IPV6_ADDR : IPV4_ADDR;
  return {
    node: { kind: 'ipsec', direction, key, number },
    text: [
      `ipsec ${direction}`,
      ...(number === 0 ? [] : [`spnum ${number}`]),
      ...(family === null ? [] : [family]),
      key,
    ].join(' '),
    types: [types],
  };
}
