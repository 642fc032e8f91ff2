import { HOOKS, type Hook } from '../../linux/hook.ts';
import { XT_TABLE_HOOKS, XT_TABLES, type XtTableName } from '../../linux/priority.ts';

/** A place in a hook at which a packet can be logged. */
export interface Moment {
  readonly hook: Hook;
  /** The table whose rules follow; null: after the hook's last table. */
  readonly table: XtTableName | null;
  /** Priority of a chain of nft at this place. */
  readonly priority: number;
  /** Whether the destination may be translated already. */
  readonly translated: boolean;
}

const TABLES = XT_TABLES.filter((table) => table !== 'security');

/** The beginning of every table, in the order a packet meets them at a hook. */
export const XT_MOMENTS: readonly (Moment & { readonly table: XtTableName })[] = HOOKS.flatMap(
  (hook) =>
    TABLES.flatMap((table) => {
      const priority = XT_TABLE_HOOKS[table][hook];
      return priority === undefined
        ? []
        : [{ hook, table, priority: priority - 1, translated: isTranslated(hook, priority) }];
    }).sort((a, b) => a.priority - b.priority),
);

/** The same with chains of nft's own, which can also stand after the last table of a hook. */
export const NFT_MOMENTS: readonly Moment[] = HOOKS.flatMap((hook) => {
  const before = XT_MOMENTS.filter((moment) => moment.hook === hook);
  const last = Math.max(...before.map(({ priority }) => priority));
  return [...before, { hook, table: null, priority: last + 2, translated: true }];
});

/** Destinations are translated where packets come in and where they are made. */
function isTranslated(hook: Hook, priority: number): boolean {
  const first = XT_TABLE_HOOKS.nat[hook] ?? Number.NEGATIVE_INFINITY;
  return hook === 'prerouting' || hook === 'output' ? priority > first : true;
}
