import type { Statement } from '../../kernel/netfilter/nft/statement/statement.ts';
import { isObject } from '../json-value.ts';
import { readStatementText } from '../nft-text/statement-text.ts';
import type { Printed } from './read-value.ts';
import { readFlow } from './statement/flow.ts';
import { readCtCount, readLimit, readQuota } from './statement/limiter.ts';
import { readMangle } from './statement/mangle.ts';
import { readMatch } from './statement/match.ts';
import { readNat } from './statement/nat.ts';
import { readNotrack } from './statement/notrack.ts';
import { orMapped } from './statement/object-map.ts';
import { readOptstrip } from './statement/optstrip.ts';
import { readReject } from './statement/reject.ts';
import { readMapUpdate, readMeter, readSetUpdate } from './statement/set-update.ts';
import {
  readCounter,
  readCtObject,
  readDup,
  readLast,
  readLog,
  readSecmark,
} from './statement/side-effect.ts';
import type { StatementReader } from './statement/statement-reader.ts';
import { readFwd, readQueue } from './statement/stolen.ts';
import { readSynproxy } from './statement/synproxy.ts';
import { readTproxy } from './statement/tproxy.ts';
import { unsupportedStatement, unsupportedText } from './statement/unsupported.ts';
import { readVerdictOf } from './statement/verdict.ts';
import { readVmap } from './statement/vmap.ts';
import type { TableScope } from './table-scope.ts';

const VERDICTS = ['accept', 'drop', 'continue', 'return', 'jump', 'goto'] as const;

/** The statements by nft's names. Source: libnftables-json(5), "STATEMENTS". */
const READERS: ReadonlyMap<string, StatementReader> = new Map<string, StatementReader>([
  ...VERDICTS.map((name) => [name, readVerdictOf(name)] as const),
  ['counter', orMapped('counter', 'counter name', readCounter)],
  ['ct count', readCtCount],
  ...(['ct expectation', 'ct helper', 'ct timeout'] as const).map(
    (kind) => [kind, orMapped(kind, `${kind} set`, readCtObject(kind))] as const,
  ),
  ['dnat', readNat('dnat')],
  ['dup', readDup],
  ['flow', readFlow],
  ['fwd', readFwd],
  ['last', readLast],
  ['limit', orMapped('limit', 'limit name', readLimit)],
  ['log', readLog],
  ['mangle', readMangle],
  ['map', readMapUpdate],
  ['masquerade', readNat('masquerade')],
  ['match', readMatch],
  ['meter', readMeter],
  ['notrack', readNotrack],
  ['optstrip', readOptstrip],
  ['queue', readQueue],
  ['quota', orMapped('quota', 'quota name', readQuota)],
  ['redirect', readNat('redirect')],
  ['reject', readReject],
  ['reset', readOptstrip],
  ['secmark', orMapped('secmark', 'meta secmark set', readSecmark)],
  ['set', readSetUpdate],
  ['snat', readNat('snat')],
  ['synproxy', orMapped('synproxy', 'synproxy name', readSynproxy)],
  ['tproxy', readTproxy],
  ['vmap', readVmap],
]);

/** Statements that nft has and the model has not. */
const RECOGNISED: ReadonlySet<string> = new Set(['tunnel', 'xt']);

/** Reads a statement of a rule. What is not understood is `unsupported`, never left out. */
export function readStatement(json: unknown, scope: TableScope): Printed<Statement> {
  if (typeof json === 'string') return readText(json, scope);
  if (!isObject(json)) return unsupportedStatement(json, false);
  const [name = ''] = Object.keys(json);
  const reader = READERS.get(name);
  if (reader) return reader(json[name], scope) ?? unsupportedStatement(json, true);
  return unsupportedStatement(json, RECOGNISED.has(name));
}

/** nft writes a statement that it has no JSON for as the text that it lists. */
function readText(text: string, scope: TableScope): Printed<Statement> {
  const json = readStatementText(text);
  const read = isObject(json) ? readStatement(json, scope) : null;
  return read === null || read.node.kind === 'unsupported' ? unsupportedText(text) : read;
}
