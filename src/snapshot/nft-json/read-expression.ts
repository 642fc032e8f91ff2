import type {
  BinaryExpression,
  BinaryOperator,
} from '../../kernel/netfilter/nft/expression/binary.ts';
import { CT_KEYS, type CtKey } from '../../kernel/netfilter/nft/expression/ct.ts';
import type { Expression } from '../../kernel/netfilter/nft/expression/expression.ts';
import type { FibExpression } from '../../kernel/netfilter/nft/expression/fib.ts';
import { META_KEYS, type MetaKey } from '../../kernel/netfilter/nft/expression/meta.ts';
import {
  PAYLOAD_PROTOCOLS,
  type PayloadProtocol,
} from '../../kernel/netfilter/nft/expression/payload.ts';
import {
  has,
  isObject,
  type JsonObject,
  listOf,
  numberOf,
  objectOf,
  textOf,
  textsOf,
} from '../json-value.ts';
import { type DataType, INTEGER, IPV6_ADDR, OPAQUE } from './data-type.ts';
import { readDccpOption, readExthdr, readIpOption, readSctpChunk } from './expression/exthdr.ts';
import { readIpsec } from './expression/ipsec.ts';
import { readOsf } from './expression/osf.ts';
import { readRawPayload } from './expression/raw-payload.ts';
import { readRt } from './expression/rt.ts';
import { readSocket } from './expression/socket.ts';
import { readTcpOption } from './expression/tcp-option.ts';
import { CT_TYPES, FIB_TYPES, META_TYPES, PAYLOAD_TYPES, UNQUALIFIED_META } from './field-types.ts';
import { type ElementTypes, readSet } from './read-set.ts';
import { readValue } from './read-value.ts';
import type { TableScope } from './table-scope.ts';
import type { TypedExpression } from './typed-expression.ts';

/** An expression that nothing is known about but its JSON. */
export function unsupportedExpression(json: unknown, name: string | null): TypedExpression {
  const text = JSON.stringify(json) ?? 'null';
  const node: Expression = {
    kind: 'unsupported',
    name: name ?? text.slice(0, 60),
    known: name !== null,
    text,
  };
  return { node, text, types: [OPAQUE] };
}

/**
 * Reads an expression. `expected` are the types of constants in its place, for a literal and for
 * what a map gives.
 */
export function readExpression(
  json: unknown,
  expected: readonly DataType[],
  scope: TableScope,
): TypedExpression {
  const literal = readValue(json, expected);
  if (literal) {
    return { node: { kind: 'literal', value: literal.node }, text: literal.text, types: expected };
  }
  if (isObject(json)) {
    for (const [key, read] of READERS) {
      if (!has(json, key)) continue;
      const operand = json[key];
      return read(operand, { json, expected, scope }) ?? unsupportedExpression(json, nameOf(json));
    }
    if (Object.keys(json).some((key) => RECOGNISED.has(key))) {
      return unsupportedExpression(json, nameOf(json));
    }
  }
  return unsupportedExpression(json, null);
}

/** Expressions that nft has and the model has not. */
const RECOGNISED: ReadonlySet<string> = new Set(['gre option', 'tunnel', 'xfrm']);

/** `socket transparent`, `ct label`: what a reader finds in nft's manual. */
function nameOf(json: JsonObject): string {
  const [kind = 'expression'] = Object.keys(json);
  const operand = objectOf(json, kind);
  const parts = ['protocol', 'name', 'key', 'field', 'result']
    .map((key) => operand && textOf(operand, key))
    .filter((part) => part !== null);
  return [kind, ...parts].join(' ');
}

interface Context {
  readonly json: JsonObject;
  readonly expected: readonly DataType[];
  readonly scope: TableScope;
}

type Reader = (operand: unknown, context: Context) => TypedExpression | null;

/** A reader of an operand that must be an object. */
const ofObject =
  (read: (operand: JsonObject, context: Context) => TypedExpression | null): Reader =>
  (operand, context) =>
    isObject(operand) ? read(operand, context) : null;

const READERS: readonly (readonly [string, Reader])[] = [
  ['payload', ofObject(readPayload)],
  ['meta', ofObject(readMeta)],
  ['ct', ofObject(readCt)],
  ['fib', ofObject(readFib)],
  ['numgen', ofObject(readNumgen)],
  ['jhash', ofObject((operand, context) => readHash('jhash', operand, context))],
  ['symhash', ofObject((operand, context) => readHash('symhash', operand, context))],
  ['map', ofObject(readMap)],
  ['concat', readConcat],
  ['tcp option', ofObject(readTcpOption)],
  ['exthdr', ofObject(readExthdr)],
  ['ip option', ofObject(readIpOption)],
  ['sctp chunk', ofObject(readSctpChunk)],
  ['dccp option', ofObject(readDccpOption)],
  ['socket', ofObject(readSocket)],
  ['rt', ofObject((operand, { scope }) => readRt(operand, scope))],
  ['ipsec', ofObject(readIpsec)],
  ['osf', ofObject(readOsf)],
  ...(['&', '|', '^', '<<', '>>'] as const).map(
    (operator) =>
      [
        operator,
        (operand: unknown, context: Context) => readBinary(operator, operand, context),
      ] as const,
  ),
];

function isOneOf<T extends string>(list: readonly T[], text: string | null): text is T {
  return list.some((item) => item === text);
}

function readPayload(operand: JsonObject): TypedExpression | null {
  if (has(operand, 'base')) return readRawPayload(operand);
  // A header inside a tunnel is another packet's.
  if (has(operand, 'tunnel')) return null;
  const protocol = textOf(operand, 'protocol');
  const field = textOf(operand, 'field');
  if (field === null || !isOneOf<PayloadProtocol>(PAYLOAD_PROTOCOLS, protocol)) return null;
  const types = PAYLOAD_TYPES[protocol];
  const type = Object.hasOwn(types, field) ? types[field] : undefined;
  if (!type) return null;
  return {
    node: { kind: 'payload', protocol, field },
    text: `${protocol} ${field}`,
    types: [type],
  };
}

function readMeta(operand: JsonObject): TypedExpression | null {
  const key = textOf(operand, 'key');
  if (!isOneOf<MetaKey>(META_KEYS, key)) return null;
  return {
    node: { kind: 'meta', key },
    text: UNQUALIFIED_META.has(key) ? key : `meta ${key}`,
    types: [META_TYPES[key]],
  };
}

function readCt(operand: JsonObject, { scope }: Context): TypedExpression | null {
  const direction = textOf(operand, 'dir');
  const key = ofFamily(textOf(operand, 'key'), scope);
  if (!isOneOf<CtKey>(CT_KEYS, key)) return null;
  if (direction !== null && direction !== 'original' && direction !== 'reply') return null;
  const isV6 = scope.family === 'ip6' || textOf(operand, 'family') === 'ip6';
  const type = isV6 && (key === 'saddr' || key === 'daddr') ? IPV6_ADDR : CT_TYPES[key];
  return {
    node: { kind: 'ct', key, direction },
    text: direction === null ? `ct ${key}` : `ct ${direction} ${key}`,
    types: [type],
  };
}

/** In a table of one family nft's text names it, and JSON does not. */
function ofFamily(key: string | null, { family }: TableScope): string | null {
  const isAddress = key === 'saddr' || key === 'daddr';
  return isAddress && (family === 'ip' || family === 'ip6') ? `${family} ${key}` : key;
}

function readFib(operand: JsonObject, { expected }: Context): TypedExpression | null {
  const flags = textsOf(operand, 'flags');
  const flag = textOf(operand, 'flags');
  const all = flag === null ? flags : [flag];
  const address = all.find((name) => name === 'saddr' || name === 'daddr');
  const device = all.find((name) => name === 'iif' || name === 'oif') ?? null;
  const named = textOf(operand, 'result');
  if (address === undefined) return null;
  if (named !== 'type' && named !== 'oif' && named !== 'oifname') return null;
  // `exists` and `missing` are booleans on the other side of the match.
  const result = named === 'oif' && expected[0]?.name === 'boolean' ? 'present' : named;
  const node: FibExpression = {
    kind: 'fib',
    address,
    mark: all.includes('mark'),
    device,
    result,
  };
  return { node, text: `fib ${all.join(' . ')} ${named}`, types: [FIB_TYPES[result]] };
}

function readNumgen(operand: JsonObject): TypedExpression | null {
  const mode = textOf(operand, 'mode');
  const modulus = numberOf(operand, 'mod');
  const offset = numberOf(operand, 'offset') ?? 0;
  if ((mode !== 'random' && mode !== 'inc') || modulus === null || modulus < 1) return null;
  return {
    node: { kind: 'numgen', mode, modulus, offset },
    text: `numgen ${mode} mod ${modulus}${offset === 0 ? '' : ` offset ${offset}`}`,
    types: [INTEGER],
  };
}

function readHash(
  mode: 'jhash' | 'symhash',
  operand: JsonObject,
  { scope }: Context,
): TypedExpression | null {
  const modulus = numberOf(operand, 'mod');
  const offset = numberOf(operand, 'offset') ?? 0;
  const seed = numberOf(operand, 'seed');
  const of = mode === 'jhash' ? readExpression(operand.expr, [], scope) : null;
  if (modulus === null || modulus < 1) return null;
  return {
    node: { kind: 'hash', mode, of: of?.node ?? null, modulus, offset, seed },
    text: [
      of ? `${mode} ${of.text} mod ${modulus}` : `${mode} mod ${modulus}`,
      ...(seed === null ? [] : [`seed 0x${seed.toString(16)}`]),
      ...(offset === 0 ? [] : [`offset ${offset}`]),
    ].join(' '),
    types: [INTEGER],
  };
}

function readConcat(operand: unknown, { scope }: Context): TypedExpression | null {
  if (!Array.isArray(operand) || operand.length === 0) return null;
  const parts = operand.map((part) => readExpression(part, [], scope));
  return {
    node: { kind: 'concat', parts: parts.map((part) => part.node) },
    text: parts.map((part) => part.text).join(' . '),
    types: parts.flatMap((part) => part.types),
  };
}

function readBinary(
  operator: BinaryOperator,
  operand: unknown,
  { expected, scope }: Context,
): TypedExpression | null {
  if (!Array.isArray(operand) || operand.length < 2) return null;
  const [first, ...others] = operand as readonly unknown[];
  let left = readExpression(first, expected, scope);
  for (const other of others) {
    const right = readExpression(other, shiftOr(operator, left.types), scope);
    const node: BinaryExpression = { kind: 'binary', operator, left: left.node, right: right.node };
    left = { node, text: `${left.text} ${operator} ${right.text}`, types: left.types };
  }
  return left;
}

/** A shift's width is a number, whatever is shifted. */
function shiftOr(operator: BinaryOperator, types: readonly DataType[]): readonly DataType[] {
  return operator === '<<' || operator === '>>' ? [INTEGER] : types;
}

function readMap(operand: JsonObject, { expected, scope }: Context): TypedExpression | null {
  const map = readLookup(operand.key, operand.data, expected, scope);
  if (!map) return null;
  return {
    node: { kind: 'map', key: map.key.node, map: map.set },
    text: `${map.key.text} map ${map.text}`,
    types: expected,
  };
}

/** A key with the map that it is looked up in, anonymous or by name; null when unreadable. */
export function readLookup(
  keyJson: unknown,
  data: unknown,
  dataTypes: ElementTypes['data'],
  scope: TableScope,
) {
  const boolean = isObject(data) && keysAreBoolean(listOf(data, 'set'));
  const key = readExpression(keyJson, boolean ? FIB_PRESENT : [], scope);
  if (typeof data === 'string') {
    const set = data.startsWith('@') ? scope.sets.get(data.slice(1)) : undefined;
    return set ? { key, set: set.set, text: data } : null;
  }
  if (!isObject(data) || !Array.isArray(data.set)) return null;
  const types = { key: key.types, data: dataTypes };
  const set = readSet(anonymous(key, scope), data.set, types);
  return set.kind === 'set' ? { key, set: set.node, text: set.text } : null;
}

const FIB_PRESENT = [FIB_TYPES.present];

/** Whether the elements are `exists` and `missing`. */
export function keysAreBoolean(elements: readonly unknown[]): boolean {
  const [first] = elements;
  return typeof (Array.isArray(first) ? first[0] : first) === 'boolean';
}

/** The head of a set that a rule holds itself. */
export function anonymous(key: TypedExpression, scope: TableScope) {
  return {
    name: null,
    keyTypes: key.types.map((type) => type.name),
    size: null,
    source: scope.source,
  };
}
