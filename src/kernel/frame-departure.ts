import { type Departure, dropped } from './departure.ts';
import { passPrograms } from './device-programs.ts';
import { type Kernel, record } from './kernel.ts';
import { type FramePlace, runFrameHook } from './netfilter/frame-hook.ts';
import type { Skb } from './skb.ts';

/** What rules for frames make of one: it goes on, or it ended. */
export type FramePass =
  | { readonly ended: null; readonly skb: Skb }
  | { readonly ended: Departure; readonly skb: Skb };

/** Sends a frame past the rules at a place. */
export function passFrameHook(kernel: Kernel, skb: Skb, place: FramePlace): FramePass {
  // Programs come before rules on the way in, and after them on the way out.
  const stopped =
    place.kind === 'device' && place.hook === 'ingress' ? passPrograms(kernel, skb, place) : null;
  if (stopped) return { ended: stopped, skb };
  const passed = passRules(kernel, skb, place);
  if (passed.ended || place.kind !== 'device' || place.hook !== 'egress') return passed;
  const ended = passPrograms(kernel, passed.skb, place);
  return ended ? { ended, skb: passed.skb } : passed;
}

function passRules(kernel: Kernel, skb: Skb, place: FramePlace): FramePass {
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
