import { freshSkb } from '../../../../src/kernel/answer.ts';
import { traverseTable } from '../../../../src/kernel/netfilter/xtables/traverse.ts';
import type { NetnsState } from '../../../../src/kernel/netns-state.ts';
import type { Skb } from '../../../../src/kernel/skb.ts';
import type { Hook } from '../../../../src/linux/hook.ts';
import type { Packet } from '../../../../src/packet/packet.ts';
import { parseIptablesSave } from '../../../../src/snapshot/iptables-save/parse.ts';
import { startRun } from '../../../../src/trace/run-record.ts';
import type { Backend } from './host.ts';

/** A packet at one hook of table mangle, and what is known beside it. */
export interface AtHook {
  readonly hook: Hook;
  readonly packet: Packet;
  readonly iif: string;
  readonly oif: string;
  readonly localSocket: { readonly uid: number } | null;
  readonly bridge?: Pick<Skb, 'physin' | 'physout'>;
}

/**
 * The rules of table mangle that match at a hook. Of rules that need a fact which is not there, those
 * that the kernel counted match; they are returned beside.
 */
export function rulesAt(
  state: NetnsState,
  at: AtHook,
  saved: { readonly text: string; readonly backend: Backend; readonly counted: readonly string[] },
): { readonly matched: readonly string[]; readonly asked: readonly string[] } {
  const family = at.packet.source.family;
  const { value } = parseIptablesSave(saved.text, 'save', { family, backend: saved.backend });
  const table = value.find(({ name }) => name === 'mangle');
  if (!table) throw new Error('no table mangle');
  const asked: string[] = [];
  const run = startRun(({ subject, options }) => {
    const value = saved.counted.includes(subject) ? 'yes' : 'no';
    const option = options.find((one) => one.value === value);
    if (!option) throw new Error(subject);
    asked.push(subject);
    return { option, followed: 1 };
  });
  const { hook, iif, oif, localSocket } = at;
  const context = { netns: state, hook, iif, oif, decider: run.decider, localSocket };
  const skb: Skb = { ...freshSkb(at.packet), ...at.bridge };
  const { hits } = traverseTable(table, hook, { context, skb }, run);
  return { matched: hits.map(({ rule }) => rule), asked };
}

/** The rules of a chain whose packet counters are not 0. */
export function countedIn(save: string, chain: string): readonly string[] {
  return save.split('\n').flatMap((line) => {
    const [, packets, rule = ''] = /^\[(\d+):\d+\] (-A .*)$/.exec(line) ?? [];
    return Number(packets) > 0 && rule.startsWith(`-A ${chain} `) ? [rule] : [];
  });
}
