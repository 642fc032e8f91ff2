import type { Hook } from '../../linux/hook.ts';
import { builtinChain } from '../../linux/hook.ts';
import { XT_TABLE_HOOKS } from '../../linux/priority.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Run } from '../run.ts';
import { evaluateBaseChain } from './nft/evaluate.ts';
import type { RulePacket } from './rule-context.ts';
import type { TableResult } from './verdict.ts';
import { traverseTable } from './xtables/traverse.ts';

/** One table or base chain attached to a hook. */
export interface HookEntry {
  readonly priority: number;
  readonly backend: 'legacy' | 'nft' | 'unspecified' | 'native';
  readonly table: string;
  readonly chain: string;
  readonly isNat: boolean;
  /** Routes again in OUTPUT when it changed the packet: xt mangle, nft `type route`. */
  readonly reroutes: boolean;
  evaluate(packet: RulePacket, run: Run): TableResult;
}

type Entries = Readonly<Record<Hook, readonly HookEntry[]>>;

const caches = { 4: new WeakMap<NetnsState, Entries>(), 6: new WeakMap<NetnsState, Entries>() };

/**
 * All hook functions of a namespace for one family that come from rules, in the order they run:
 * ascending priority. Linux: nf_hook_entries_grow().
 */
export function hookEntries(netns: NetnsState, hook: Hook, family: 4 | 6): readonly HookEntry[] {
  const cache = caches[family];
  let entries = cache.get(netns);
  if (!entries) {
    entries = {
      prerouting: collect(netns, 'prerouting', family),
      input: collect(netns, 'input', family),
      forward: collect(netns, 'forward', family),
      output: collect(netns, 'output', family),
      postrouting: collect(netns, 'postrouting', family),
    };
    cache.set(netns, entries);
  }
  return entries[hook];
}

function collect(netns: NetnsState, hook: Hook, family: 4 | 6): readonly HookEntry[] {
  const entries: HookEntry[] = [];
  for (const table of netns.ruleset.xtables ?? []) {
    const priority = XT_TABLE_HOOKS[table.name][hook];
    if (table.family !== family || priority === undefined) continue;
    entries.push({
      priority,
      backend: table.backend,
      table: table.name,
      chain: builtinChain(hook),
      isNat: table.name === 'nat',
      reroutes: table.name === 'mangle' && hook === 'output',
      evaluate: (packet, run) => traverseTable(table, hook, packet, run),
    });
  }
  for (const table of netns.ruleset.nft ?? []) {
    if (table.family !== (family === 4 ? 'ip' : 'ip6') && table.family !== 'inet') continue;
    for (const chain of table.baseChains) {
      if (chain.hook !== hook) continue;
      entries.push({
        priority: chain.priority,
        backend: 'native',
        table: `${table.family} ${table.name}`,
        chain: chain.name,
        isNat: chain.type === 'nat',
        reroutes: chain.type === 'route' && hook === 'output',
        evaluate: (packet, run) => evaluateBaseChain(table, chain, packet, run),
      });
    }
  }
  // Among equals the one registered last runs first; within one nft file that is the later one.
  return entries
    .map((entry, index) => ({ entry, index }))
    .sort((a, b) => a.entry.priority - b.entry.priority || b.index - a.index)
    .map(({ entry }) => entry);
}
