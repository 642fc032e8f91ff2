import {
  has,
  isObject,
  type JsonObject,
  listOf,
  numberOf,
  textOf,
  textsOf,
} from '../../json-value.ts';
import type { StatementReader } from './statement-reader.ts';

/** `{"num": 3 | {"range": [1, 4]}, "flags": ["bypass"]}`. */
export const readQueue: StatementReader = (operand) => {
  const queue = isObject(operand) ? operand : {};
  const flags = flagsOf(queue);
  const numbers = isObject(queue.num) ? listOf(queue.num, 'range').join('-') : queue.num;
  const text = [
    'queue',
    ...(flags.length === 0 ? [] : [`flags ${flags.join(',')}`]),
    `to ${typeof numbers === 'number' || typeof numbers === 'string' ? numbers : 0}`,
  ].join(' ');
  return stolen('queue', text);
};

/** `{"mss": 1460, "wscale": 7, "flags": ["timestamp"]}`, or the name of an object. */
export const readSynproxy: StatementReader = (operand) => {
  if (typeof operand === 'string') return stolen('synproxy', `synproxy name "${operand}"`, true);
  const proxy = isObject(operand) ? operand : {};
  const values = ['mss', 'wscale']
    .filter((key) => numberOf(proxy, key) !== null)
    .map((key) => `${key} ${numberOf(proxy, key)}`);
  return stolen('synproxy', ['synproxy', ...values, ...flagsOf(proxy)].join(' '), true);
};

/** `{"family": "ip", "addr": "127.0.0.1", "port": 8080}`. */
export const readTproxy: StatementReader = (operand) => {
  if (!isObject(operand)) return null;
  const family = textOf(operand, 'family');
  const address = textOf(operand, 'addr') ?? '';
  const port = has(operand, 'port') ? `:${textOf(operand, 'port')}` : '';
  const target = address.includes(':') && port !== '' ? `[${address}]` : address;
  return stolen('tproxy', `tproxy ${family === null ? '' : `${family} `}to ${target}${port}`);
};

/** `{"dev": "eth1"}`. */
export const readFwd: StatementReader = (operand) => {
  const device = isObject(operand) ? textOf(operand, 'dev') : null;
  return device === null ? null : stolen('fwd', `fwd to "${device}"`);
};

function flagsOf(object: JsonObject): readonly string[] {
  const one = textOf(object, 'flags');
  return one === null ? textsOf(object, 'flags') : [one];
}

function stolen(by: 'queue' | 'synproxy' | 'tproxy' | 'fwd', text: string, usesConntrack = false) {
  return { node: { kind: 'stolen', by, text, usesConntrack } as const, text };
}
