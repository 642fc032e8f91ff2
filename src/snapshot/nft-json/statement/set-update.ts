import type { SetUpdateStatement } from '../../../kernel/netfilter/nft/statement/set-update.ts';
import type { Statement } from '../../../kernel/netfilter/nft/statement/statement.ts';
import { isObject, type JsonObject, listOf, numberOf, objectOf, textOf } from '../../json-value.ts';
import { printTime } from '../data-type.ts';
import { readExpression } from '../read-expression.ts';
import type { Printed } from '../read-value.ts';
import type { TableScope } from '../table-scope.ts';
import { readCtCount, readLimit, readQuota } from './limiter.ts';
import { readCounter, readLast } from './side-effect.ts';
import type { StatementReader } from './statement-reader.ts';

/** `{"op": "add", "elem": key, "set": "@name", "stmt": [...]}`. */
export const readSetUpdate: StatementReader = (operand, scope) => {
  if (!isObject(operand)) return null;
  const operation = textOf(operand, 'op');
  const name = textOf(operand, 'set');
  const set = name?.startsWith('@') ? scope.sets.get(name.slice(1))?.set : undefined;
  if (!isOperation(operation) || !set) return null;
  const element = isObject(operand.elem) ? objectOf(operand.elem, 'elem') : null;
  const key = readExpression(element ? element.val : operand.elem, [], scope);
  const listed = listOf(operand, 'stmt');
  const held = listed.map((json) => readHeld(json, scope)).filter((read) => read !== null);
  if (held.length !== listed.length) return null;
  const statements = held.map(({ text }) => text).join(' ');
  const parts = [key.text, ...timeoutText(element), ...(statements === '' ? [] : [statements])];
  return {
    node: {
      kind: 'set-update',
      operation,
      key: key.node,
      set,
      statements,
      limits: held.some(({ node }) => node.kind === 'limiter'),
    },
    text: `${operation} ${name} { ${parts.join(' ')} }`,
  };
};

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
