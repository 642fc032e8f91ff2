import type { CtDirection } from '../../linux/ct-state.ts';
import type { ConntrackEntry } from './entry.ts';
import type { SctpMemory } from './sctp-state.ts';
import type { TcpKind } from './tcp-state.ts';
import type { TcpWindows } from './tcp-window.ts';
import type { Tuple } from './tuple.ts';
import type { Zone } from './zone.ts';

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
  /**
   * IPS_SRC_NAT and IPS_DST_NAT: which hooks changed the tuple. Absent where no hook of this run mapped anything: then
   * the tuples tell it.
   */
  mappedBy?: { readonly src: boolean; readonly dst: boolean };
  mark: number;
  /** Numbers or names of its labels; null where the listing did not have them. */
  labels: ReadonlySet<string> | null;
  readonly zone: Zone;
  /**
   * IPS_ASSURED: not dropped early for another. Null: if the entry is older than two seconds,
   * which no listing says.
   */
  assured: boolean | null;
  /** IPS_EXPECTED: a helper announced it, and its first packet is RELATED. */
  expected: boolean;
  /** State of TCP or SCTP by conntrack's name, else null. */
  state: string | null;
  /** What the TCP tracker remembers beside the state. Linux: struct ip_ct_tcp. */
  tcp?: TcpMemory;
  /** What the SCTP tracker remembers beside the state. Linux: struct ip_ct_sctp. */
  sctp?: SctpMemory;
  /** IPVS set the destination: the nat hooks leave it alone. Linux: IPS_DST_NAT is not set. */
  byIpvs?: boolean;
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
  readonly last: LastSegment;
  /** IP_CT_TCP_SIMULTANEOUS_OPEN: both ends sent a SYN. */
  readonly simultaneous: boolean;
  /** IP_CT_EXP_CHALLENGE_ACK: the next ACK may answer a SYN that was let through. */
  readonly challenged: boolean;
  /** Absent where segments have no numbers, or nobody knows those of before. */
  readonly windows: TcpWindows | null;
}

export interface LastSegment {
  readonly direction: CtDirection;
  readonly kind: TcpKind;
  /** Its numbers, as far as they were noted. */
  readonly numbers: {
    readonly end: number;
    readonly ack: number;
    readonly window: number;
    readonly scale: number | null;
    readonly sackPermitted: boolean;
  } | null;
}
