import { type JsonObject, numberOf, textOf } from '../../json-value.ts';
import {
  BOOLEAN,
  type DataType,
  INET_PROTO,
  INTEGER,
  IPV4_ADDR,
  IPV6_ADDR,
  MH_TYPE,
} from '../data-type.ts';
import type { TypedExpression } from '../typed-expression.ts';

/** `{"name": "frag", "field": "frag-off"}`; without a field it asks whether the header is there. */
export function readExthdr(operand: JsonObject): TypedExpression | null {
  const name = textOf(operand, 'name');
  const field = textOf(operand, 'field');
  if (name === null) return null;
  return {
    node: { kind: 'exthdr', family: 6, name, field },
    text: field === null ? `exthdr ${name}` : `${name} ${field}`,
    types: [field === null ? BOOLEAN : exthdrType(name, field)],
  };
}

function exthdrType(name: string, field: string): DataType {
  if (field === 'nexthdr') return INET_PROTO;
  if (field.startsWith('sid[') || field.startsWith('addr[')) return IPV6_ADDR;
  return name === 'mh' && field === 'type' ? MH_TYPE : INTEGER;
}

/** `{"name": "ra", "field": "value"}`; without a field it asks whether the option is there. */
export function readIpOption(operand: JsonObject): TypedExpression | null {
  const name = textOf(operand, 'name');
  const field = textOf(operand, 'field');
  if (name === null) return null;
  return {
    node: { kind: 'exthdr', family: 4, name, field },
    text: field === null ? `ip option ${name}` : `ip option ${name} ${field}`,
    types: [field === null ? BOOLEAN : field.startsWith('addr') ? IPV4_ADDR : INTEGER],
  };
}

/** `{"name": "init", "field": "type"}`; without a field it asks whether the chunk is there. */
export function readSctpChunk(operand: JsonObject): TypedExpression | null {
  const chunk = textOf(operand, 'name');
  const field = textOf(operand, 'field');
  if (chunk === null) return null;
  return {
    node: { kind: 'sctp-chunk', chunk, field },
    text: field === null ? `sctp chunk ${chunk}` : `sctp chunk ${chunk} ${field}`,
    types: [field === null ? BOOLEAN : INTEGER],
  };
}

/** `{"type": 5}`. */
export function readDccpOption(operand: JsonObject): TypedExpression | null {
  const option = numberOf(operand, 'type');
  if (option === null) return null;
  return {
    node: { kind: 'dccp-option', option },
    text: `dccp option ${option}`,
    types: [BOOLEAN],
  };
}
