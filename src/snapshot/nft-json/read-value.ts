import type { Interval, Scalar } from '../../kernel/netfilter/nft/value.ts';
import { isSingle } from '../../kernel/netfilter/nft/value.ts';
import { network, parsePrefix } from '../../packet/prefix.ts';
import { isObject, type JsonObject, listOf, numberOf, objectOf, textOf } from '../json-value.ts';
import type { DataType } from './data-type.ts';

/** Something of a rule, and how `nft list ruleset` prints it. */
export interface Printed<T> {
  readonly node: T;
  readonly text: string;
}

/**
 * Reads a constant: a scalar, `prefix`, `range`, `concat`, or a list of bits. null when it is
 * not one of the types.
 */
export function readValue(
  json: unknown,
  types: readonly DataType[],
): Printed<readonly Interval[]> | null {
  if (isObject(json) && Array.isArray(json.concat)) {
    const parts = json.concat.map((part, i) => {
      const type = types[i];
      return type ? readInterval(part, type) : null;
    });
    const read = parts.filter((part) => part !== null);
    if (read.length !== parts.length || read.length !== types.length) return null;
    return {
      node: read.map((part) => part.node),
      text: read.map((part) => part.text).join(' . '),
    };
  }
  const [type] = types;
  const part = type ? readInterval(json, type) : null;
  return part && { node: [part.node], text: part.text };
}

/** One component of a constant. */
export function readInterval(json: unknown, type: DataType): Printed<Interval> | null {
  if (typeof json === 'string' || typeof json === 'number' || typeof json === 'boolean') {
    const interval = type.read(withoutType(json)) ?? readNames(json, type);
    return interval && { node: interval, text: printInterval(interval, type) };
  }
  if (Array.isArray(json)) return readBits(json, type, ',');
  if (!isObject(json)) return null;
  if (Array.isArray(json['|'])) return readBits(json['|'], type, ' | ');
  const prefix = objectOf(json, 'prefix');
  if (prefix) return readPrefix(prefix, type);
  const [low, high] = listOf(json, 'range');
  return low === undefined || high === undefined ? null : readRange(low, high, type);
}

/** nft lost the type of a number: `0x50 [invalid type]`. */
function withoutType(json: string | number | boolean): string | number | boolean {
  const number =
    typeof json === 'string' ? /^(0x[0-9a-f]{1,8}) \[invalid type\]$/.exec(json) : null;
  return number ? Number(number[1]) : json;
}

/** A range of two names, which the text has with nothing between them: `echo-reply-echo-request`. */
function readNames(json: string | number | boolean, type: DataType): Interval | null {
  if (typeof json !== 'string' || type.name === 'ifname') return null;
  for (let dash = json.indexOf('-'); dash > 0; dash = json.indexOf('-', dash + 1)) {
    const first = type.read(atom(json.slice(0, dash)));
    const last = type.read(atom(json.slice(dash + 1)));
    if (first && last) return { first: first.first, last: last.last };
  }
  return null;
}

function atom(text: string): string | number {
  return /^(?:\d{1,15}|0x[0-9a-f]{1,13})$/.test(text) ? Number(text) : text;
}

function printRange(first: Scalar, last: Scalar, type: DataType): string {
  const print = type.printBound ?? type.print;
  return `${print(first)}-${print(last)}`;
}

function printInterval(interval: Interval, type: DataType): string {
  if (isSingle(interval)) return type.print(interval.first);
  return type.name === 'ifname'
    ? `"${interval.first}*"`
    : printRange(interval.first, interval.last, type);
}

function readPrefix(prefix: JsonObject, type: DataType): Printed<Interval> | null {
  if (typeof prefix.addr === 'number') return readNumberPrefix(prefix, type);
  const text = `${textOf(prefix, 'addr')}/${numberOf(prefix, 'len')}`;
  const parsed = parsePrefix(text);
  if (!parsed || type.read(textOf(prefix, 'addr') ?? '') === null) return null;
  const { address } = network(parsed);
  // `ip saddr & 0.0.0.0 == 0.0.0.1`: no packet has bits that the mask leaves out.
  const isEmpty = address.bits !== parsed.address.bits;
  if (isEmpty) return { node: nothingOf(parsed.address.bits), text };
  const hostBits = (address.family === 4 ? 32 : 128) - parsed.length;
  const last =
    address.family === 4
      ? address.bits + 2 ** hostBits - 1
      : address.bits + (1n << BigInt(hostBits)) - 1n;
  return { node: { first: address.bits, last }, text };
}

/** An interval that holds no scalar. */
function nothingOf(bits: number | bigint): Interval {
  return typeof bits === 'bigint'
    ? { first: bits, last: bits - 1n }
    : { first: bits, last: bits - 1 };
}

/** Bits of types whose masks nft lists as prefixes: `meta mark & 0x0 == 0x0` is `meta mark 0x00000000/0`. */
const WIDTHS: Readonly<Record<string, number>> = { mark: 32, inet_service: 16, inet_proto: 8 };

/** A number with bits that the prefix leaves out is none that a packet can have. */
function readNumberPrefix(prefix: JsonObject, type: DataType): Printed<Interval> | null {
  const address = numberOf(prefix, 'addr');
  const length = numberOf(prefix, 'len');
  const width = Object.hasOwn(WIDTHS, type.name) ? WIDTHS[type.name] : undefined;
  if (address === null || length === null || width === undefined || length > width) return null;
  const size = 2 ** (width - length);
  const last = address % size === 0 ? address + size - 1 : address - 1;
  return { node: { first: address, last }, text: `${type.print(address)}/${length}` };
}

function readRange(low: unknown, high: unknown, type: DataType): Printed<Interval> | null {
  const first = readInterval(low, type);
  const last = readInterval(high, type);
  if (!first || !last) return null;
  return {
    node: { first: first.node.first, last: last.node.last },
    text: printRange(first.node.first, last.node.last, type),
  };
}

/** Bits that are or-ed together, by name or number. */
function readBits(
  list: readonly unknown[],
  type: DataType,
  separator: string,
): Printed<Interval> | null {
  let bits = 0;
  const texts: string[] = [];
  for (const item of list) {
    const read = readInterval(item, type);
    if (!read || typeof read.node.first !== 'number') return null;
    bits = (bits | read.node.first) >>> 0;
    texts.push(read.text);
  }
  return texts.length === 0
    ? null
    : { node: { first: bits, last: bits }, text: texts.join(separator) };
}
