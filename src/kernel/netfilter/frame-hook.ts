import type { DeviceHook, Hook } from '../../linux/hook.ts';
import { netnsKey } from '../../packet/place.ts';
import { OPEN_QUESTION } from '../decide.ts';
import { type Kernel, record } from '../kernel.ts';
import type { Skb } from '../skb.ts';
import type { HookEntry } from './hook-entries.ts';
import { decideOrder } from './hook-order.ts';
import { evaluateBaseChain } from './nft/evaluate.ts';
import type { NftBaseChain, NftTable } from './nft/table.ts';
import type { RuleContext } from './rule-context.ts';

/** Where a frame meets rules: at a device (families netdev and inet), or in a bridge (family bridge). */
export type FramePlace =
  | { readonly kind: 'device'; readonly hook: DeviceHook; readonly device: string }
  | {
      readonly kind: 'bridge';
      readonly hook: Hook;
      /** The ports; '' where the hook has none. */
      readonly iif: string;
      readonly oif: string;
      /** Chains of priorities from `first` to `last` only: br_netfilter's own stand between. */
      readonly first?: number;
      readonly last?: number;
    };

export type FrameOutcome =
  | { readonly kind: 'accept'; readonly skb: Skb }
  | { readonly kind: 'drop'; readonly skb: Skb; readonly at: string }
  | { readonly kind: 'stolen'; readonly skb: Skb; readonly at: string };

/**
 * Runs the chains that a frame meets, by priority. Linux: nf_hook_ingress(), nf_hook_egress(),
 * nf_hook_bridge_pre(), NFPROTO_BRIDGE of NF_HOOK().
 */
export function runFrameHook(kernel: Kernel, start: Skb, place: FramePlace): FrameOutcome {
  const entries = entriesAt(kernel, place);
  let skb = start;
  for (const entry of inOrder(kernel, start, place, entries)) {
    const before = skb;
    const result = entry.evaluate({ context: contextOf(kernel, place), skb }, kernel.run);
    skb = result.skb;
    record(
      kernel,
      skb,
      {
        kind: 'table',
        hook: place.hook,
        priority: entry.priority,
        backend: entry.backend,
        table: entry.table,
        chain: entry.chain,
        hits: result.hits,
        byPolicy: result.byPolicy,
        verdict: result.verdict.kind,
      },
      { ...devicesOf(place), before, source: result.hits.at(-1)?.source ?? null },
    );
    const at = `${entry.table} ${entry.chain}`;
    switch (result.verdict.kind) {
      case 'accept':
      case 'nat':
        break;
      case 'drop':
        return { kind: 'drop', skb, at };
      case 'reject':
        // The answer goes back by the device without meeting a hook, and is not followed.
        kernel.run.unsupported({
          construct: `the answer of a reject in ${entry.table}`,
          where: kernel.netns.ref,
          source: result.hits.at(-1)?.source ?? null,
        });
        return { kind: 'drop', skb, at };
      case 'stolen':
        return { kind: 'stolen', skb, at: `${at}: ${result.verdict.by}` };
    }
  }
  return { kind: 'accept', skb };
}

function entriesAt(kernel: Kernel, place: FramePlace): readonly HookEntry[] {
  const entries: HookEntry[] = [];
  for (const table of kernel.netns.ruleset.nft ?? []) {
    for (const chain of table.baseChains) {
      if (!isAt(kernel, table, chain, place)) continue;
      entries.push({
        priority: chain.priority,
        backend: 'native',
        table: `${table.family} ${table.name}`,
        chain: chain.name,
        isNat: false,
        reroutes: false,
        evaluate: (packet, run) => evaluateBaseChain(table, chain, packet, run),
      });
    }
  }
  return entries;
}

function isAt(kernel: Kernel, table: NftTable, chain: NftBaseChain, place: FramePlace): boolean {
  const { hook, priority, devices } = chain;
  if (hook !== place.hook) return false;
  if (place.kind === 'bridge') {
    const { first = Number.NEGATIVE_INFINITY, last = Number.POSITIVE_INFINITY } = place;
    return table.family === 'bridge' && priority >= first && priority <= last;
  }
  if (table.family !== 'netdev' && table.family !== 'inet') return false;
  return devices.length === 0
    ? askAttached(kernel, table, chain, place.device)
    : devices.includes(place.device);
}

/** `nft -j` of 1.0.6 does not print the device that a chain is attached to. */
function askAttached(
  kernel: Kernel,
  table: NftTable,
  chain: NftBaseChain,
  device: string,
): boolean {
  const where = kernel.netns.ref;
  const name = `nft chain ${table.family} ${table.name} ${chain.name}`;
  const answer = kernel.run.decider.decide({
    id: `attached:${netnsKey(where)}:${name}:${device}`,
    kind: 'unknown',
    topic: 'ruleset',
    where,
    subject: `${name} is attached to ${device}`,
    options: OPEN_QUESTION,
  });
  return answer.value === 'yes';
}

function inOrder(
  kernel: Kernel,
  skb: Skb,
  place: FramePlace,
  entries: readonly HookEntry[],
): readonly HookEntry[] {
  const context = contextOf(kernel, place);
  const pass = { ...context, reroute: null };
  const priorities = [...new Set(entries.map(({ priority }) => priority))].sort((a, b) => a - b);
  return priorities.flatMap((priority) => {
    // The one registered last runs first.
    const group = entries.filter((entry) => entry.priority === priority).toReversed();
    return decideOrder(kernel, skb, pass, group, context);
  });
}

function devicesOf(place: FramePlace): { readonly iif: string; readonly oif: string } {
  if (place.kind === 'bridge') return { iif: place.iif, oif: place.oif };
  return place.hook === 'ingress' ? { iif: place.device, oif: '' } : { iif: '', oif: place.device };
}

function contextOf(kernel: Kernel, place: FramePlace): RuleContext {
  const { netns, run } = kernel;
  // A frame that comes in is where PREROUTING would be, one that goes out where POSTROUTING would be.
  const hook =
    place.kind === 'bridge' ? place.hook : place.hook === 'ingress' ? 'prerouting' : 'postrouting';
  return { netns, hook, ...devicesOf(place), decider: run.decider, localSocket: null };
}
