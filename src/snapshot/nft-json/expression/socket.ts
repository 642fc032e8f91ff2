import { SOCKET_KEYS } from '../../../kernel/netfilter/nft/expression/socket.ts';
import { type JsonObject, numberOf, textOf } from '../../json-value.ts';
import { INTEGER, MARK, OPAQUE } from '../data-type.ts';
import type { TypedExpression } from '../typed-expression.ts';

/** `{"key": "transparent"}`, `{"key": "cgroupv2", "level": 1}`. */
export function readSocket(operand: JsonObject): TypedExpression | null {
  const key = SOCKET_KEYS.find((name) => name === textOf(operand, 'key'));
  if (!key) return null;
  const level = numberOf(operand, 'level');
  return {
    node: { kind: 'socket', key, level },
    text: key === 'cgroupv2' ? `socket cgroupv2 level ${level ?? 0}` : `socket ${key}`,
    types: [key === 'mark' ? MARK : key === 'cgroupv2' ? OPAQUE : INTEGER],
  };
}
