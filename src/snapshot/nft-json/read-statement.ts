import type { Statement } from '../../kernel/netfilter/nft/statement/statement.ts';
import { isObject } from '../json-value.ts';
import type { Printed } from './read-value.ts';
import { readCtCount, readLimit, readQuota } from './statement/limiter.ts';
import { readMangle } from './statement/mangle.ts';
import { readMatch } from './statement/match.ts';
import { readNat } from './statement/nat.ts';
import { readNotrack } from './statement/notrack.ts';
import { readReject } from './statement/reject.ts';
import { readSetUpdate } from './statement/set-update.ts';
import {
  readCounter,
  readCtObject,
  readDup,
  readLast,
  readLog,
  readSecmark,
} from './statement/side-effect.ts';
import type { StatementReader } from './statement/statement-reader.ts';
import { readFwd, readQueue, readSynproxy, readTproxy } from './statement/stolen.ts';
import { unsupportedStatement, unsupportedText } from './statement/unsupported.ts';
import { readVerdictOf } from './statement/verdict.ts';
import { readVmap } from './statement/vmap.ts';
import type { TableScope } from './table-scope.ts';

const VERDICTS = ['accept', 'drop', 'continue', 'return', 'jump', 'goto'] as const;

/** The statements by nft's names. Source: libnftables-json(5), "STATEMENTS". */
const READERS: ReadonlyMap<string, StatementReader> = new Map<string, StatementReader>([
  ...VERDICTS.map((name) => [name, readVerdictOf(name)] as const),
  ['counter', readCounter],
  ['ct count', readCtCount],
  ['ct expectation', readCtObject('ct expectation')],
  ['ct helper', readCtObject('ct helper')],
  ['ct timeout', readCtObject('ct timeout')],
  ['dnat', readNat('dnat')],
  ['dup', readDup],
  ['fwd', readFwd],
  ['last', readLast],
  ['limit', readLimit],
  ['log', readLog],
  ['mangle', readMangle],
  ['masquerade', readNat('masquerade')],
  ['match', readMatch],
  ['notrack', readNotrack],
  ['queue', readQueue],
  ['quota', readQuota],
  ['redirect', readNat('redirect')],
  ['reject', readReject],
  ['secmark', readSecmark],
  ['set', readSetUpdate],
  ['snat', readNat('snat')],
  ['synproxy', readSynproxy],
  ['tproxy', readTproxy],
  ['vmap', readVmap],
]);

/** Statements that nft has and the model has not. */
const RECOGNISED: ReadonlySet<string> = new Set([
  'flow',
  'map',
  'meter',
  'optstrip',
  'reset',
  'xt',
]);

/** Reads a statement of a rule. What is not understood is `unsupported`, never left out. */
export function readStatement(json: unknown, scope: TableScope): Printed<Statement> {
  if (typeof json === 'string') return unsupportedText(json);
  if (!isObject(json)) return unsupportedStatement(json, false);
  const [name = ''] = Object.keys(json);
  const reader = READERS.get(name);
  if (reader) return reader(json[name], scope) ?? unsupportedStatement(json, true);
  return unsupportedStatement(json, RECOGNISED.has(name));
}
