import type { CtDirection } from '../../linux/ct-state.ts';
import type { ConntrackEntry } from './entry.ts';
import type { Tuple } from './tuple.ts';

/**
 * A connection during a run. Unlike the rest of the model it is mutable, as the kernel's is: all
 * packets of one run share it, and a run is replayed from its start for every branch.
 * Linux: struct nf_conn.
 */
export interface Connection {
  original: Tuple;
  reply: Tuple;
  /** IPS_SEEN_REPLY. */
  seenReply: boolean;
  /** IPS_CONFIRMED: in the hash table, visible to later packets. */
  confirmed: boolean;
  /** IPS_DST_NAT_DONE and IPS_SRC_NAT_DONE: the mapping of that kind is fixed, even if null. */
  dstNatDone: boolean;
  srcNatDone: boolean;
  mark: number;
  zone: number;
  /** TCP state by conntrack's name, else null. */
  state: string | null;
  /** What the TCP tracker remembers beside the state. Linux: struct ip_ct_tcp. */
  tcp?: TcpMemory;
  /** Taken out of the table: no later packet finds it. Linux: nf_ct_kill(). */
  dying?: boolean;
  /** The device a masqueraded connection left by. Linux: nf_conn_nat.masq_index. */
  masqueradeDevice?: string;
  /** The entry of the snapshot it was loaded from, or null when this run made it. */
  readonly loadedFrom: ConntrackEntry | null;
}

export interface TcpMemory {
  /** IP_CT_TCP_FLAG_CLOSE_INIT: an end began to close the connection with a FIN. */
  readonly closing: boolean;
  /** The last packet the tracker looked at, ignored ones included. */
  readonly last: { readonly direction: CtDirection; readonly kind: 'syn' | 'rst' | 'other' };
}
