import { readOptions } from './read-elements.ts';
import { readExpression, readMapData, readOperand, startsExpression } from './read-expression.ts';
import { readForward, readNat, readTproxy } from './read-nat.ts';
import { readCounts, readQuotaValues, readRate, readStateful } from './read-stateful.ts';
import type { Json } from './read-value.ts';
import { readValue } from './read-value.ts';
import { readVerdict } from './read-verdict.ts';
import { type TokenReader, Unexpected } from './token-reader.ts';

type StatementReader = (reader: TokenReader) => Json;

/** Statements by the word that they begin with; all others begin with an expression. Source: nft(8). */
const STATEMENTS: Readonly<Record<string, StatementReader>> = {
  counter: (reader) => readObject('counter', reader, readCounts),
  limit: (reader) => readObject('limit', reader, readRate),
  quota: (reader) => readObject('quota', reader, readQuotaValues),
  last: (reader) => readStateful(reader) ?? null,
  log: readLog,
  reject: readReject,
  notrack: (reader) => {
    reader.take();
    return { notrack: null };
  },
  snat: readNat,
  dnat: readNat,
  masquerade: readNat,
  redirect: readNat,
  dup: readForward,
  fwd: readForward,
  tproxy: readTproxy,
  queue: readQueue,
  synproxy: readSynproxy,
  flow: (reader) => {
    reader.take();
    const op = reader.name();
    return { flow: { op, flowtable: reader.name() } };
  },
  add: readSetUpdate,
  update: readSetUpdate,
  delete: readSetUpdate,
  meter: readMeter,
  reset: (reader) => {
    reader.take();
    reader.expect('tcp');
    reader.expect('option');
    return { reset: { 'tcp option': { name: reader.name() } } };
  },
  xt: (reader) => {
    reader.take();
    const type = reader.name();
    return { xt: { type, name: reader.name() } };
  },
};

/** Objects that are named with `ct KIND set "NAME"`. */
const CT_OBJECTS: readonly string[] = ['helper', 'timeout', 'expectation'];

/** Reads one statement of a rule into the JSON that nft writes for it. */
export function readStatement(reader: TokenReader): Json {
  const verdict = readVerdict(reader);
  if (verdict) return verdict;
  const word = reader.word();
  if (word === 'ct' && reader.word(1) === 'count') return readStateful(reader);
  if (word === 'ct' && reader.word(2) === 'set' && CT_OBJECTS.includes(reader.word(1))) {
    reader.take();
    const kind = `ct ${reader.name()}`;
    reader.expect('set');
    return { [kind]: readNameOrMap(reader) };
  }
  const read = Object.hasOwn(STATEMENTS, word) ? STATEMENTS[word] : undefined;
  return read ? read(reader) : readOfExpression(reader);
}

/** `EXPRESSION vmap { ... }`, `EXPRESSION set VALUE`, `EXPRESSION [OPERATOR] VALUE`. */
function readOfExpression(reader: TokenReader): Json {
  if (!startsExpression(reader)) throw new Unexpected(reader.peek());
  const left = readExpression(reader);
  if (reader.accept('vmap')) return { vmap: { key: left, data: readMapData(reader) } };
  if (reader.accept('set')) {
    const isSecmark = isKey(left, 'meta', 'secmark') && reader.peek()?.kind === 'string';
    if (isSecmark) return { secmark: reader.name() };
    return { mangle: { key: left, value: readOperand(reader) } };
  }
  return readMatch(left, reader);
}

const COMPARISONS: readonly string[] = ['==', '!=', '<', '>', '<=', '>=', '!'];

function readMatch(left: Json, reader: TokenReader): Json {
  const named = COMPARISONS.find((operator) => reader.accept(operator)) ?? null;
  const isSet = reader.word() === '{' || reader.word().startsWith('@');
  const right = isSet ? readMapData(reader) : readValue(reader, false);
  if (reader.accept('/')) {
    // `tcp flags syn / syn,ack`: the mask comes last.
    const masked = { '&': [left, readValue(reader, false)] };
    return { match: { op: named ?? '==', left: masked, right } };
  }
  const op = named ?? (!isSet && isBitmask(left) ? 'in' : '==');
  return { match: { op, left, right } };
}

/** Values that are sets of bits: without an operator one of the bits has to be set. */
function isBitmask(json: Json): boolean {
  const flags =
    typeof json === 'object' && json !== null && 'payload' in json ? json.payload : null;
  return (
    ['state', 'status', 'label', 'event'].some((key) => isKey(json, 'ct', key)) ||
    (typeof flags === 'object' && flags !== null && 'field' in flags && isTcpFlags(flags))
  );
}

function isTcpFlags(payload: { readonly field: unknown; readonly protocol?: unknown }): boolean {
  return payload.protocol === 'tcp' && payload.field === 'flags';
}

function isKey(json: Json, kind: string, key: string): boolean {
  if (typeof json !== 'object' || json === null || !Object.hasOwn(json, kind)) return false;
  const operand = (json as Readonly<Record<string, Json>>)[kind];
  return typeof operand === 'object' && operand !== null && 'key' in operand && operand.key === key;
}

/** `KIND name "x"`, `KIND name KEY map @objects`, or the values of an object without a name. */
function readObject(kind: string, reader: TokenReader, values: StatementReader): Json {
  reader.take();
  return { [kind]: reader.accept('name') ? readNameOrMap(reader) : values(reader) };
}

function readNameOrMap(reader: TokenReader): Json {
  return startsExpression(reader) ? readExpression(reader) : reader.name();
}

function readLog(reader: TokenReader): Json {
  reader.take();
  const log: Record<string, Json> = {};
  const flags: string[] = [];
  for (;;) {
    const word = reader.word();
    if (word === 'prefix' || word === 'level') {
      reader.take();
      log[word] = reader.name();
    } else if (word === 'group' || word === 'snaplen' || word === 'queue-threshold') {
      reader.take();
      log[word] = reader.number();
    } else if (word === 'flags') {
      reader.take();
      flags.push(...readLogFlags(reader));
    } else break;
  }
  if (flags.length > 0) log.flags = flags.length === 1 ? flags[0] : flags;
  return { log: Object.keys(log).length === 0 ? null : log };
}

/** `tcp sequence,options`, `ip options`, `all`. */
function readLogFlags(reader: TokenReader): readonly string[] {
  const first = reader.name();
  if (first !== 'tcp' && first !== 'ip') return [first];
  const flags = [`${first} ${reader.name()}`];
  while (reader.accept(',')) flags.push(`${first} ${reader.name()}`);
  return flags;
}

/** `reject with icmp type host-unreachable`; newer nft leaves `type` out. */
function readReject(reader: TokenReader): Json {
  reader.take();
  if (!reader.accept('with')) return { reject: null };
  const type = reader.name();
  if (type === 'tcp') {
    reader.expect('reset');
    return { reject: { type: 'tcp reset' } };
  }
  reader.accept('type');
  return { reject: { type, expr: readValue(reader, false) } };
}

/** `queue flags bypass,fanout to 1-3`; older nft writes `queue num 1-3 bypass,fanout`. */
function readQueue(reader: TokenReader): Json {
  reader.take();
  const queue: Record<string, Json> = {};
  if (reader.accept('flags')) queue.flags = readFlagNames(reader);
  if (reader.accept('to') || reader.accept('num')) queue.num = readOperand(reader);
  if (!reader.atEnd() && queue.flags === undefined) queue.flags = readFlagNames(reader);
  return { queue };
}

function readFlagNames(reader: TokenReader): Json {
  const value = readValue(reader, false);
  return Array.isArray(value) ? value : [value];
}

function readSynproxy(reader: TokenReader): Json {
  reader.take();
  if (reader.accept('name')) return { synproxy: readNameOrMap(reader) };
  const proxy: Record<string, Json> = {};
  const flags: string[] = [];
  while (!reader.atEnd()) {
    const word = reader.word();
    if (word === 'mss' || word === 'wscale') {
      reader.take();
      proxy[word] = reader.number();
    } else if (word === 'timestamp' || word === 'sack-perm') flags.push(reader.name());
    else break;
  }
  if (flags.length > 0) proxy.flags = flags;
  return { synproxy: proxy };
}

/** `add @SET { KEY timeout 5s counter }`, `update @MAP { KEY : VALUE }`. */
function readSetUpdate(reader: TokenReader): Json {
  const op = reader.name();
  const set = reader.name();
  reader.expect('{');
  const { elem, stmt } = readUpdated(reader);
  const data = reader.accept(':') ? readOperand(reader) : undefined;
  reader.expect('}');
  if (data !== undefined) return { map: { op, elem, data, map: set } };
  return { set: { op, elem, set, ...(stmt.length === 0 ? {} : { stmt }) } };
}

function readMeter(reader: TokenReader): Json {
  reader.take();
  const name = reader.name();
  const size = reader.accept('size') ? { size: reader.number() } : {};
  reader.expect('{');
  const { elem, stmt } = readUpdated(reader);
  reader.expect('}');
  return { meter: { key: elem, stmt: stmt[0] ?? null, ...size, name } };
}

/** A key, its timeout, and the statements that its element gets. */
function readUpdated(reader: TokenReader): { readonly elem: Json; readonly stmt: readonly Json[] } {
  const key = readOperand(reader);
  const { timeout, expires, comment, ...statements } = readOptions(reader);
  const envelope = timeout === undefined ? key : { elem: { val: key, timeout } };
  return {
    elem: envelope,
    stmt: Object.entries(statements).map(([name, value]) => ({ [name]: value })),
  };
}
