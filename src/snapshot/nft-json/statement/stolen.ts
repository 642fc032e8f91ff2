import { isObject, type JsonObject, listOf, textOf, textsOf } from '../../json-value.ts';
import { IFNAME, INTEGER, IPV4_ADDR, IPV6_ADDR } from '../data-type.ts';
import { readExpression } from '../read-expression.ts';
import type { StatementReader } from './statement-reader.ts';

/** `{"num": 3 | {"range": [1, 4]}, "flags": ["bypass"]}`. */
export const readQueue: StatementReader = (operand, scope) => {
  const queue = isObject(operand) ? operand : {};
  const flags = flagsOf(queue);
  const numbers = isObject(queue.num) ? listOf(queue.num, 'range') : [];
  const to =
    numbers.length === 2
      ? numbers.join('-')
      : readExpression(queue.num ?? 0, [INTEGER], scope).text;
  const text = [
    'queue',
    ...(flags.length === 0 ? [] : [`flags ${flags.join(',')}`]),
    `to ${to}`,
  ].join(' ');
  return stolen('queue', text);
};

/** `{"dev": "eth1"}`, with `"family": "ip", "addr": "10.0.0.1"` to be sent to a neighbour. */
export const readFwd: StatementReader = (operand, scope) => {
  if (!isObject(operand)) return null;
  const device = readExpression(operand.dev, [IFNAME], scope);
  const family = textOf(operand, 'family');
  if (device.node.kind === 'unsupported') return null;
  if (family === null) return stolen('fwd', `fwd to ${device.text}`);
  const address = readExpression(operand.addr, [family === 'ip6' ? IPV6_ADDR : IPV4_ADDR], scope);
  if (address.node.kind === 'unsupported') return null;
  return stolen('fwd', `fwd ${family} to ${address.text} device ${device.text}`);
};

export function flagsOf(object: JsonObject): readonly string[] {
  const one = textOf(object, 'flags');
  return one === null ? textsOf(object, 'flags') : [one];
}

function stolen(by: 'queue' | 'fwd', text: string) {
  return { node: { kind: 'stolen', by, text } as const, text };
}
