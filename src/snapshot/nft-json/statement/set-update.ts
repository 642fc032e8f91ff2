import { createSet } from '../../../kernel/netfilter/nft/set.ts';
import type { SetUpdateStatement } from '../../../kernel/netfilter/nft/statement/set-update.ts';
import type { Statement } from '../../../kernel/netfilter/nft/statement/statement.ts';
import {
  has,
  isObject,
  type JsonObject,
  listOf,
  numberOf,
  objectOf,
  textOf,
} from '../../json-value.ts';
import { printTime } from '../data-type.ts';
import { readExpression } from '../read-expression.ts';
import type { Printed } from '../read-value.ts';
import type { TableScope } from '../table-scope.ts';
import { readCtCount, readLimit, readQuota } from './limiter.ts';
import { readCounter, readLast } from './side-effect.ts';
import type { StatementReader } from './statement-reader.ts';

/** `{"op": "add", "elem": key, "set": "@name", "stmt": [...]}`. */
export const readSetUpdate: StatementReader = (operand, scope) =>
  isObject(operand) ? readUpdate(operand, textOf(operand, 'set'), scope) : null;

/** `{"op": "update", "elem": key, "data": value, "map": "@name"}`. */
export const readMapUpdate: StatementReader = (operand, scope) =>
  isObject(operand) ? readUpdate(operand, textOf(operand, 'map'), scope) : null;

function readUpdate(operand: JsonObject, name: string | null, scope: TableScope) {
  const operation = textOf(operand, 'op');
  const typed = name?.startsWith('@') ? scope.sets.get(name.slice(1)) : undefined;
  if (!isOperation(operation) || !typed) return null;
  const element = readElement(operand, 'stmt', scope);
  if (!element) return null;
  const data = has(operand, 'data')
    ? readExpression(operand.data, typed.dataTypes ?? [], scope)
    : null;
  if (data?.node.kind === 'unsupported') return null;
  const { key, statements, limits, text } = element;
  const parts = [...text, ...(data ? [`: ${data.text}`] : [])];
  const node: SetUpdateStatement = {
    kind: 'set-update',
    operation,
    key,
    set: typed.set,
    data: data?.node ?? null,
    statements,
    limits: limits || typed.set.limits === true,
  };
  return { node, text: `${operation} ${name} { ${parts.join(' ')} }` };
}

/**
 * `{"key": key, "stmt": statement, "size": 100, "name": "m"}`: the older form of a set that a rule adds
 * to and that nothing else names.
 */
export const readMeter: StatementReader = (operand, scope) => {
  if (!isObject(operand)) return null;
  const name = textOf(operand, 'name') ?? '';
  const size = numberOf(operand, 'size');
  const element = readElement({ ...operand, elem: operand.key }, 'stmt', scope);
  if (!element) return null;
  const { key, statements, limits, text } = element;
  const node: SetUpdateStatement = {
    kind: 'set-update',
    operation: 'update',
    key,
    set: createSet({ name, keyTypes: [], size, source: scope.source }, []),
    data: null,
    statements,
    limits,
  };
  const sized = size === null ? '' : ` size ${size}`;
  return { node, text: `meter ${name}${sized} { ${text.join(' ')} }` };
};

/** A key with the timeout and the statements that its element gets. */
function readElement(operand: JsonObject, field: string, scope: TableScope) {
  const element = isObject(operand.elem) ? objectOf(operand.elem, 'elem') : null;
  const key = readExpression(element ? element.val : operand.elem, [], scope);
  const one = objectOf(operand, field);
  const listed: readonly unknown[] = one ? [one] : listOf(operand, field);
  const held = listed.map((json) => readHeld(json, scope)).filter((read) => read !== null);
  if (held.length !== listed.length) return null;
  const statements = held.map(({ text }) => text).join(' ');
  return {
    key: key.node,
    statements,
    limits: held.some(({ node }) => node.kind === 'limiter'),
    text: [key.text, ...timeoutText(element), ...(statements === '' ? [] : [statements])],
  };
}

/** Statements that an element can hold. Linux: NFT_EXPR_STATEFUL. */
const HELD: Readonly<Record<string, StatementReader>> = {
  counter: readCounter,
  'ct count': readCtCount,
  last: readLast,
  limit: readLimit,
  quota: readQuota,
};

function readHeld(json: unknown, scope: TableScope): Printed<Statement> | null {
  const [name = ''] = isObject(json) ? Object.keys(json) : [];
  const reader = Object.hasOwn(HELD, name) ? HELD[name] : undefined;
  return isObject(json) && reader ? reader(json[name], scope) : null;
}

function isOperation(text: string | null): text is SetUpdateStatement['operation'] {
  return text === 'add' || text === 'update' || text === 'delete';
}

function timeoutText(element: JsonObject | null): readonly string[] {
  const timeout = element && numberOf(element, 'timeout');
  return timeout === null ? [] : [`timeout ${printTime(timeout)}`];
}
