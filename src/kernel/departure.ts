import type { Errno } from '../linux/errno.ts';
import type { Address } from '../packet/address.ts';
import type { FrameTarget } from './device/frame-target.ts';
import type { IcmpError } from './icmp-error.ts';
import type { Skb } from './skb.ts';

/** How a packet left one pass through a namespace's IP stack. */
export type Departure =
  /** To be sent on a device; `nexthop` is whom the frame is for on that link. */
  | {
      readonly kind: 'transmit';
      readonly device: string;
      readonly nexthop: Address;
      readonly skb: Skb;
      /** The device a forwarded packet came in by; '' or absent is none. */
      readonly iif?: string;
      /** The owner of the socket that sent it, null where not known; absent: no socket did. */
      readonly socket?: { readonly uid: number | null };
    }
  /** Bridged: leaves by another port without meeting the IP stack. */
  | {
      readonly kind: 'bridged';
      readonly bridge: string;
      readonly port: string;
      readonly target: FrameTarget;
      readonly skb: Skb;
    }
  /** Accepted by INPUT; a socket (or an encapsulation) of this namespace takes it. */
  | {
      readonly kind: 'local';
      readonly iif: string;
      /** The device that a socket has to be bound to, where it is bound to one. */
      readonly boundTo: string;
      readonly skb: Skb;
    }
  | {
      readonly kind: 'dropped';
      readonly reason: string;
      readonly at: string;
      readonly skb: Skb;
      /** An ICMP error or reset that the kernel sends to the packet's source. */
      readonly answer: IcmpError | 'tcp-reset' | null;
      /** The call of a local sender fails with this. */
      readonly errno: Errno | null;
      /** True for a REJECT rule: dropped on purpose, with an answer. */
      readonly rejected: boolean;
      /** The packet's route led over the loopback device. */
      readonly overLoopback?: boolean;
      /** The device it came in by, where that decides from which address an error comes; '' is none. */
      readonly iif?: string;
    }
  /** The model cannot say what happens next; the reason has been named. */
  | { readonly kind: 'unknown'; readonly at: string; readonly skb: Skb };

/** A silent drop. */
export function dropped(
  skb: Skb,
  reason: string,
  at: string,
): Extract<Departure, { readonly kind: 'dropped' }> {
  return { kind: 'dropped', reason, at, skb, answer: null, errno: null, rejected: false };
}
