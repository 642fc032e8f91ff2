import type { Departure } from '../kernel/departure.ts';
import type { IcmpError } from '../kernel/icmp-error.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Skb } from '../kernel/skb.ts';
import type { Errno } from '../linux/errno.ts';
import type { Packet } from '../packet/packet.ts';

/** A packet between two passes: what one namespace's stack made of it. */
export interface Passage {
  readonly kernel: Kernel;
  readonly departure: Departure;
}

/** An answer that a program writes into a device, as flanneld does into its own. */
export interface InjectedAnswer {
  readonly device: string;
  readonly packet: Packet;
}

/** How a packet's way ended. */
export type PacketEnd =
  /** A socket or the kernel of this namespace has it. */
  | {
      readonly kind: 'local';
      readonly kernel: Kernel;
      readonly iif: string;
      /** The device that a socket has to be bound to, where it is bound to one. */
      readonly boundTo: string;
      readonly skb: Skb;
    }
  | {
      readonly kind: 'dropped';
      readonly kernel: Kernel | null;
      readonly reason: string;
      readonly skb: Skb;
      readonly answer: IcmpError | InjectedAnswer | 'tcp-reset' | null;
      readonly errno: Errno | null;
      readonly rejected: boolean;
      /**
       * Where its route led, as far as that decides from which address an error about it comes:
       * out of a device, or over loopback.
       */
      readonly routed?: 'out' | 'loopback';
      /** The device it came in by, where that decides the same; '' or absent is none. */
      readonly iif?: string;
    }
  /** It left what is known, towards a host that was not captured. */
  | { readonly kind: 'left'; readonly kernel: Kernel; readonly device: string; readonly skb: Skb }
  | { readonly kind: 'looped'; readonly kernel: Kernel; readonly skb: Skb }
  | { readonly kind: 'unknown'; readonly kernel: Kernel; readonly skb: Skb };

/** Where a crossing leads: into another pass, or to the end. */
export type Crossing =
  | { readonly kind: 'passage'; readonly passage: Passage }
  | { readonly kind: 'end'; readonly end: PacketEnd };

/** Goes on in a namespace. */
export function passage(kernel: Kernel, departure: Departure): Crossing {
  return { kind: 'passage', passage: { kernel, departure } };
}

/** Ends the packet. */
export function ended(end: PacketEnd): Crossing {
  return { kind: 'end', end };
}

/** Ends the packet by a drop without an answer. */
export function droppedAt(kernel: Kernel, skb: Skb, reason: string): Crossing {
  return ended({
    kind: 'dropped',
    kernel,
    reason,
    skb,
    answer: null,
    errno: null,
    rejected: false,
  });
}
