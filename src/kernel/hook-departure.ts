import type { Errno } from '../linux/errno.ts';
import type { Departure } from './departure.ts';
import { dropped } from './departure.ts';
import { rejectAnswer } from './icmp-error.ts';
import { type Kernel, record } from './kernel.ts';
import type { HookOutcome, HookPass } from './netfilter/run-hook.ts';

/**
 * Turns a hook's refusal into the packet's end, or returns null when the packet goes on.
 * `errno` is what a local sender of a datagram gets for a drop.
 */
export function endedByHook(
  kernel: Kernel,
  outcome: HookOutcome,
  pass: HookPass,
  errno: Errno | null,
): Departure | null {
  const place = { iif: pass.iif, oif: pass.oif };
  switch (outcome.kind) {
    case 'accept':
      return null;
    case 'drop':
      record(kernel, outcome.skb, { kind: 'drop', reason: outcome.reason, at: outcome.at }, place);
      return {
        ...dropped(outcome.skb, outcome.reason, outcome.at),
        ...(errno ? { errno: outcome.errno ?? errno } : {}),
      };
    case 'reject':
      record(kernel, outcome.skb, { kind: 'reject', with: outcome.with }, place);
      return {
        kind: 'dropped',
        reason: 'NETFILTER_DROP',
        at: outcome.at,
        skb: outcome.skb,
        answer: rejectAnswer(outcome.with, outcome.skb.packet.source.family),
        errno,
        rejected: true,
        overLoopback: pass.iif === 'lo' || pass.oif === 'lo',
        iif: pass.iif,
      };
    case 'stolen':
    // Whoever runs OUTPUT or INPUT sends it on; at other hooks IPVS does not.
    case 'sent-on':
      return {
        kind: 'unknown',
        at: outcome.kind === 'stolen' ? outcome.at : `${pass.hook} IPVS`,
        skb: outcome.skb,
      };
  }
}
