import type { NetnsState } from '../netns-state.ts';
import { nftUsesConntrack } from './nft/uses-conntrack.ts';
import { tableUsesConntrack } from './xtables/uses-conntrack.ts';

const caches = { 4: new WeakMap<NetnsState, boolean>(), 6: new WeakMap<NetnsState, boolean>() };

/**
 * Whether connection tracking runs in a namespace for a family. It is registered only when something there
 * needs it; without it every nat chain is passed by. Entries in the table prove it too.
 * Linux: nf_ct_netns_get(); docs/lab-notes/conntrack-in-use.md.
 */
export function conntrackInUse(netns: NetnsState, family: 4 | 6): boolean {
  const cache = caches[family];
  const known = cache.get(netns);
  if (known !== undefined) return known;
  const other = family === 4 ? 'ip6' : 'ip';
  const inUse =
    (netns.conntrack ?? []).some(({ original }) => original.source.family === family) ||
    (netns.ruleset.xtables ?? []).some(
      (table) => table.family === family && tableUsesConntrack(table),
    ) ||
    (netns.ruleset.nft ?? []).some((table) => table.family !== other && nftUsesConntrack(table));
  cache.set(netns, inUse);
  return inUse;
}
