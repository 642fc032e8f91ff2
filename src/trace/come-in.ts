import { passFrameHook } from '../kernel/frame-departure.ts';
import { receive } from '../kernel/input.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Skb } from '../kernel/skb.ts';
import { type Crossing, passage } from './passage.ts';

/** What a device hands to the IP stack. */
export interface Incoming {
  readonly skb: Skb;
  readonly iif: string;
  /** It came out of the loopback device. */
  readonly looped?: boolean;
}

/** Past the rules of the device to the IP stack. Linux: __netif_receive_skb_core(). */
export function comeIn(kernel: Kernel, { skb, iif, looped = false }: Incoming): Crossing {
  const ingress = passFrameHook(kernel, skb, { kind: 'device', hook: 'ingress', device: iif });
  if (ingress.ended) return passage(kernel, ingress.ended);
  return passage(kernel, receive(kernel, { skb: ingress.skb, iif, looped, prerouted: false }));
}
