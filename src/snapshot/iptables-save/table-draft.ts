import type { XtChain } from '../../kernel/netfilter/xtables/chain.ts';
import type { XtCounters, XtRule } from '../../kernel/netfilter/xtables/rule.ts';
import type { XtBackend, XtTable } from '../../kernel/netfilter/xtables/table.ts';
import { HOOKS, hookOfChain } from '../../linux/hook.ts';
import { XT_TABLE_HOOKS, XT_TABLES, type XtTableName } from '../../linux/priority.ts';
import type { SourceRef } from '../../packet/source-ref.ts';

/** A table while its lines are read. */
export interface TableDraft {
  /** null in the output of `iptables -S`, which does not name it. */
  readonly name: XtTableName | null;
  readonly family: 4 | 6;
  readonly backend: XtBackend;
  readonly source: SourceRef;
  readonly chains: Map<string, ChainDraft>;
  /** The chain of the last rule. */
  lastChain: string | null;
}

export interface ChainDraft {
  readonly name: string;
  policy: XtChain['policy'];
  counters: XtCounters | null;
  readonly rules: XtRule[];
  readonly source: SourceRef;
}

/** A chain without rules. */
export function newChain(
  name: string,
  source: SourceRef,
  head: { readonly policy: XtChain['policy']; readonly counters: XtCounters | null },
): ChainDraft {
  return { name, policy: head.policy, counters: head.counters, rules: [], source };
}

/** The finished table. Rules come chain by chain, so a cut leaves the chains before it whole. */
export function finishTable(draft: TableDraft, name: XtTableName, cut: boolean): XtTable {
  const chains = new Map<string, XtChain>();
  let beyondCut = cut && draft.lastChain === null;
  for (const [chainName, chain] of draft.chains) {
    if (cut && chainName === draft.lastChain) beyondCut = true;
    chains.set(chainName, beyondCut ? { ...chain, cut: true } : chain);
  }
  return { name, family: draft.family, backend: draft.backend, chains };
}

/** The table whose built-in chains these are. `security` has the same as `filter`. */
export function tableOfChains(chains: Iterable<string>): XtTableName | null {
  const hooks = new Set([...chains].map(hookOfChain).filter((hook) => hook !== null));
  if (hooks.size === 0) return null;
  const found = XT_TABLES.find((name) =>
    HOOKS.every((hook) => hooks.has(hook) === (XT_TABLE_HOOKS[name][hook] !== undefined)),
  );
  return found === 'security' ? 'filter' : (found ?? null);
}
