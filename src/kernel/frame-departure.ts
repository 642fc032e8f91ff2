import { type Departure, dropped } from './departure.ts';
import { type Kernel, record } from './kernel.ts';
import { type FramePlace, runFrameHook } from './netfilter/frame-hook.ts';
import type { Skb } from './skb.ts';

/** What rules for frames make of one: it goes on, or it ended. */
export type FramePass =
  | { readonly ended: null; readonly skb: Skb }
  | { readonly ended: Departure; readonly skb: Skb };

/** Sends a frame past the rules at a place. */
export function passFrameHook(kernel: Kernel, skb: Skb, place: FramePlace): FramePass {
  const outcome = runFrameHook(kernel, skb, place);
  switch (outcome.kind) {
    case 'accept':
      return { ended: null, skb: outcome.skb };
    case 'drop':
      record(
        kernel,
        outcome.skb,
        { kind: 'drop', reason: 'NETFILTER_DROP', at: outcome.at },
        place.kind === 'bridge' ? { iif: place.iif, oif: place.oif } : { iif: place.device },
      );
      return {
        ended: dropped(outcome.skb, 'NETFILTER_DROP', outcome.at),
        skb: outcome.skb,
      };
    case 'stolen':
      return { ended: { kind: 'unknown', at: outcome.at, skb: outcome.skb }, skb: outcome.skb };
  }
}
