import type { NetnsState } from '../netns-state.ts';
import { nftUsesConntrack } from './nft/uses-conntrack.ts';
import { tableUsesConntrack } from './xtables/uses-conntrack.ts';

const cache = new WeakMap<NetnsState, boolean>();

/**
 * Whether connection tracking runs in a namespace. It is registered only when something there
 * needs it; without it every nat chain is passed by. Entries in the table prove it too.
 * Linux: nf_ct_netns_get(); docs/lab-notes/conntrack-in-use.md.
 */
export function conntrackInUse(netns: NetnsState): boolean {
  const known = cache.get(netns);
  if (known !== undefined) return known;
  const inUse =
    (netns.conntrack?.length ?? 0) > 0 ||
    (netns.ruleset.xtables ?? []).some(
      (table) => table.family === 4 && tableUsesConntrack(table),
    ) ||
    (netns.ruleset.nft ?? []).some((table) => nftUsesConntrack(table));
  cache.set(netns, inUse);
  return inUse;
}
