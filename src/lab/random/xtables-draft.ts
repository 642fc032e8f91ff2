export type XtTable = 'raw' | 'mangle' | 'nat' | 'filter';

/** Chains of one table, in the order they were named: policy or `-`, and rules. */
export type ChainDraft = { policy: 'ACCEPT' | 'DROP' | '-'; readonly rules: string[] };

/** Tables of one backend that are being put together. */
export type XtablesDraft = Map<XtTable, Map<string, ChainDraft>>;

const BUILT_IN = new Set(['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING']);

/** The chain of a table, made when it is not there. */
export function chainOf(draft: XtablesDraft, table: XtTable, chain: string): ChainDraft {
  const chains = draft.get(table) ?? new Map<string, ChainDraft>();
  draft.set(table, chains);
  const known = chains.get(chain);
  if (known) return known;
  const made: ChainDraft = { policy: BUILT_IN.has(chain) ? 'ACCEPT' : '-', rules: [] };
  chains.set(chain, made);
  return made;
}

/** Appends rules to a chain. */
export function append(
  draft: XtablesDraft,
  table: XtTable,
  chain: string,
  ...rules: readonly string[]
): void {
  chainOf(draft, table, chain).rules.push(...rules);
}

/** The text for `iptables-restore`. */
export function printTables(draft: XtablesDraft): string {
  return [...draft]
    .map(([table, chains]) => {
      const declared = [...chains].map(([name, { policy }]) => `:${name} ${policy} [0:0]`);
      const rules = [...chains].flatMap(([name, chain]) =>
        chain.rules.map((rule) => `-A ${name} ${rule}`),
      );
      return [`*${table}`, ...declared, ...rules, 'COMMIT', ''].join('\n');
    })
    .join('');
}
