import type { NftBase, NftTable } from '../../kernel/netfilter/nft/table.ts';
import type { XtTable } from '../../kernel/netfilter/xtables/table.ts';
import { builtinChain } from '../../linux/hook.ts';
import { XT_TABLE_HOOKS, XT_TABLES } from '../../linux/priority.ts';
import type { SourceRef } from '../../packet/source-ref.ts';

/** Why a table has no rules here: nft shows matches of iptables-nft by name only. */
export const IPTABLES_RULES = 'rules of iptables-nft';

/** The tables to evaluate as nftables' own, and what of the listing is not modelled. */
export interface NativeTables {
  readonly tables: readonly NftTable[];
  /** A table of iptables-nft was not saved by iptables-nft-save. */
  readonly partial: boolean;
  readonly unsupported: readonly { readonly what: string; readonly source: SourceRef }[];
}

/**
 * Leaves out the tables that iptables-nft-save listed too: a packet meets them once. One that is
 * not saved is nft's own where nft shows all of its rules.
 */
export function selectNative(
  listed: readonly NftTable[],
  saved: readonly XtTable[] | undefined,
): NativeTables {
  const tables = listed.filter((table) => !isSaved(table, saved ?? []));
  const unsupported: { what: string; source: SourceRef }[] = [];
  for (const table of tables) {
    const name = `nft table ${table.family} ${table.name}`;
    const source = table.source ?? { file: name, line: 1 };
    if (table.unsupported !== null) {
      unsupported.push({ what: `${name}: ${table.unsupported}`, source });
    }
  }
  const partial = tables.some((table) => table.unsupported === IPTABLES_RULES);
  return { tables, partial, unsupported };
}

function isSaved(table: NftTable, saved: readonly XtTable[]): boolean {
  if (!isCompatible(table)) return false;
  const family = table.family === 'ip6' ? 6 : 4;
  return saved.some(
    (xt) => xt.backend !== 'legacy' && xt.family === family && xt.name === table.name,
  );
}

/** Whether iptables-nft takes the table for its own. Source: iptables' nft_is_table_compatible(). */
function isCompatible(table: NftTable): boolean {
  if (table.family !== 'ip' && table.family !== 'ip6') return false;
  if (!XT_TABLES.some((name) => name === table.name)) return false;
  if (table.unsupported === IPTABLES_RULES) return true;
  return [...table.chains.values()].every(
    ({ name, base }) => !base || isBuiltin(table, name, base),
  );
}

function isBuiltin(table: NftTable, chain: string, { hook, priority }: NftBase): boolean {
  const name = XT_TABLES.find((known) => known === table.name);
  if (!name || hook === 'ingress' || hook === 'egress') return false;
  return chain === builtinChain(hook) && XT_TABLE_HOOKS[name][hook] === priority;
}
