import type { SourceRef } from '../packet/source-ref.ts';
import type { ObservedPacket, TimeBase } from './observation.ts';

/** The kernel freed a packet instead of delivering it, as a tracer printed it. */
export interface DropSighting {
  readonly node: string | null;
  readonly netns: string | null;
  readonly device: string | null;
  /** As in `Observation`. */
  readonly time: number | null;
  readonly timeBase: TimeBase;
  readonly clock: string;
  /** The kernel's `SKB_DROP_REASON_*` name without the prefix; null where the format has none. */
  readonly reason: string | null;
  /** The kernel function that freed it, without offset. */
  readonly location: string | null;
  /** EtherType. */
  readonly protocol: number | null;
  /** Its headers, where the tracer shows them. */
  readonly packet: ObservedPacket | null;
  /** What the kernel printed for the buffer's address: events of one packet have one. */
  readonly buffer: string | null;
  readonly format:
    | 'tracefs'
    | 'perf'
    | 'pwru'
    | 'retis'
    | 'cilium'
    | 'dropwatch'
    | 'kernel-message';
  readonly source: SourceRef;
}
