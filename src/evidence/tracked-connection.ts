import type { Address } from '../packet/address.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { TimeBase } from './observation.ts';

/** A conntrack entry as `conntrack -L`, `-E` or /proc/net/nf_conntrack showed it. */
export interface TrackedConnection {
  readonly node: string | null;
  readonly netns: string | null;
  /** As in `Observation`; null for a listing. */
  readonly time: number | null;
  readonly timeBase: TimeBase;
  readonly clock: string;
  /** `listed`: it stood in a listing; otherwise what happened to it. */
  readonly event: 'listed' | 'new' | 'update' | 'destroy';
  readonly protocol: number;
  readonly original: TrackedTuple;
  readonly reply: TrackedTuple;
  /** TCP or SCTP state as printed. */
  readonly state: string | null;
  readonly unreplied: boolean;
  readonly assured: boolean;
  readonly mark: number | null;
  readonly zone: number | null;
  /** Seconds until it expires. */
  readonly timeout: number | null;
  readonly source: SourceRef;
}

/** One direction of an entry. Ports are null where the protocol has none. */
export interface TrackedTuple {
  readonly source: Address;
  readonly destination: Address;
  readonly sport: number | null;
  readonly dport: number | null;
  /** Where accounting is on (`nf_conntrack_acct`). */
  readonly packets: number | null;
  readonly bytes: number | null;
}
