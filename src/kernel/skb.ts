import type { CtDirection, CtState } from '../linux/ct-state.ts';
import type { Packet } from '../packet/packet.ts';
import type { Connection } from './conntrack/connection.ts';
import type { Zone } from './conntrack/zone.ts';

/** A packet inside one kernel: its headers and what the kernel keeps beside them. */
export interface Skb {
  readonly packet: Packet;
  readonly mark: number;
  readonly ct: CtAttachment;
  /** Ethernet addresses of the frame, when it came or goes in one. */
  readonly sourceMac: string | null;
  readonly destinationMac: string | null;
  /** Bridge ports, while br_netfilter runs the IP hooks for a bridged frame. */
  /** The VLAN tag of a frame on its way between devices; absent: none. */
  readonly vlan?: number;
  /** It was cut into fragments of at most so many bytes; absent: it is whole. */
  readonly piece?: number;
  readonly physin: string | null;
  readonly physout: string | null;
  /** IPVS has dealt with it: no hook function of its own looks again. Linux: skb->ipvs_property. */
  readonly ipvs?: true;
}

/** What connection tracking attached. Linux: skb->_nfct, enum ip_conntrack_info. */
export type CtAttachment =
  /** Conntrack has not seen the packet. `zone`: what `-j CT --zone` chose for when it does. */
  | { readonly kind: 'none'; readonly zone?: Zone }
  | { readonly kind: 'invalid' } // seen, refused: no entry attached
  | { readonly kind: 'untracked' } // -j CT --notrack
  | {
      readonly kind: 'tracked';
      readonly connection: Connection;
      readonly direction: CtDirection;
      readonly state: Extract<CtState, 'NEW' | 'ESTABLISHED' | 'RELATED'>;
    };
