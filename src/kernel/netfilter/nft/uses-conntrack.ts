import { type Expression, operandsOf } from './expression/expression.ts';
import type { Statement } from './statement/statement.ts';
import type { NftTable } from './table.ts';

/**
 * Whether a table makes the kernel track connections of its family. Rules do it when they are loaded, even in
 * chains that no packet reaches, and for the table's family only, as does an object of type `ct helper`;
 * a chain of type nat alone does not. Linux: nf_ct_netns_get() in the init functions of expressions;
 * docs/lab-notes/nft-conntrack-in-use.md.
 */
export function nftUsesConntrack(table: NftTable): boolean {
  if (table.family !== 'ip' && table.family !== 'ip6' && table.family !== 'inet') return false;
  if (table.hasHelper) return true;
  for (const { rules } of table.chains.values()) {
    if (rules.some(({ statements }) => statements.some(statementUses))) return true;
  }
  return false;
}

function statementUses(statement: Statement): boolean {
  switch (statement.kind) {
    case 'nat':
      return true;
    case 'limiter':
      return statement.name === 'ct-count';
    case 'flow':
    case 'synproxy':
      return true;
    case 'side-effect':
    case 'unsupported':
      return statement.usesConntrack;
    case 'match':
      return expressionUses(statement.left);
    case 'object-map': {
      const { object, key } = statement;
      return object.startsWith('ct ') || object === 'synproxy' || expressionUses(key);
    }
    case 'vmap':
    case 'set-update':
      return expressionUses(statement.key);
    case 'mangle': {
      const { key, value } = statement;
      if (key.kind.startsWith('ct-') || expressionUses(value)) return true;
      return key.kind === 'no-effect' && key.usesConntrack;
    }
    case 'notrack':
    case 'optstrip':
    case 'reject':
    case 'stolen':
    case 'verdict':
      return false;
    case 'tproxy':
      return [statement.address, statement.port].some(
        (part) => part !== null && expressionUses(part),
      );
  }
}

function expressionUses(expression: Expression): boolean {
  return expression.kind === 'ct' || operandsOf(expression).some(expressionUses);
}
