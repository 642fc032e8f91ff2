import type { NftRule } from '../../kernel/netfilter/nft/table.ts';
import { has, type JsonObject, listOf, numberOf, textOf } from '../json-value.ts';
import { readStatement } from './read-statement.ts';
import type { TableScope } from './table-scope.ts';

/** Reads a `rule` object. */
export function readRule(json: JsonObject, scope: TableScope): NftRule {
  const statements = listOf(json, 'expr').map((statement) => readStatement(statement, scope));
  const text = statements.map((statement) => statement.text).join(' ');
  const handle = numberOf(json, 'handle') ?? 0;
  return {
    handle,
    text,
    comment: textOf(json, 'comment'),
    statements: statements.map((statement) => statement.node),
    // A listing without handles has none to be shown.
    source: { ...scope.source, text: has(json, 'unlisted') ? text : `${text} # handle ${handle}` },
  };
}
