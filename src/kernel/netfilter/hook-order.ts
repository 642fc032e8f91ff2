import { formatAddress } from '../../packet/address.ts';
import { ports } from '../../packet/packet.ts';
import { netnsKey } from '../../packet/place.ts';
import type { Kernel } from '../kernel.ts';
import type { Skb } from '../skb.ts';
import type { HookEntry } from './hook-entries.ts';
import type { RuleContext } from './rule-context.ts';
import type { HookPass } from './run-hook.ts';

/** More tables than a hook has at one priority; of more, only two orders are looked at. */
const MOST_PERMUTED = 4;

/**
 * The order of hook functions of one priority: the one registered last runs first. Within a table
 * of nft the handles tell it. Between tables nothing does, so every order is tried and asked for
 * where they differ in what becomes of this packet. Linux: nf_hook_entries_grow().
 */
export function decideOrder(
  kernel: Kernel,
  skb: Skb,
  pass: HookPass,
  group: readonly HookEntry[],
  context: RuleContext,
): readonly HookEntry[] {
  const tables = [...new Set(group.map(nameOf))];
  if (tables.length < 2) return group;
  const effects = new Map<string, readonly HookEntry[]>();
  for (const order of orders(tables)) {
    const entries = order.flatMap((table) => group.filter((entry) => nameOf(entry) === table));
    const effect = effectOf(kernel, skb, entries, context);
    if (!effects.has(effect)) effects.set(effect, entries);
  }
  const different = [...effects.values()];
  if (different.length < 2) return group;
  const where = kernel.netns.ref;
  const named = different.map((entries) => [...new Set(entries.map(nameOf))].join(', '));
  const answer = kernel.run.decider.decide({
    id: `hook-order:${netnsKey(where)}:${pass.hook}:${[...tables].sort().join(', ')}`,
    kind: 'unknown',
    topic: 'hook-order',
    where,
    subject: `${pass.hook}: ${tables.join(', ')}`,
    options: named.map((value) => ({ value, probability: 1, cost: 0 })),
  });
  return different[named.indexOf(answer.value)] ?? group;
}

function nameOf({ backend, table }: HookEntry): string {
  return `${backend} ${table}`;
}

/** The given order first. */
function orders(tables: readonly string[]): readonly (readonly string[])[] {
  if (tables.length > MOST_PERMUTED) return [tables, tables.toReversed()];
  if (tables.length < 2) return [tables];
  return tables.flatMap((table) =>
    orders(tables.filter((other) => other !== table)).map((rest) => [table, ...rest]),
  );
}

/** What becomes of a packet that meets entries in an order, in words. */
function effectOf(
  kernel: Kernel,
  start: Skb,
  entries: readonly HookEntry[],
  context: RuleContext,
): string {
  let skb = start;
  for (const entry of entries) {
    const result = entry.evaluate({ context, skb }, kernel.run);
    skb = result.skb;
    const { verdict } = result;
    if (verdict.kind !== 'accept') return `${verdict.kind} ${nameOf(entry)} ${entry.chain}`;
  }
  const { packet, mark, ct } = skb;
  const { sport, dport } = ports(packet);
  const addresses = `${formatAddress(packet.source)} ${formatAddress(packet.destination)}`;
  return `${addresses} ${sport} ${dport} ${packet.tos} ${packet.ttl} ${mark} ${ct.kind}`;
}
