import type { LabFlow } from '../../../src/lab/flow.ts';
import type { Visit } from '../../../src/lab/report.ts';
import type { Topology } from '../../../src/lab/topology/topology.ts';

/** One behaviour of the kernel: a flow through a topology, and what proves that it was met. */
export interface ChecklistCase {
  readonly name: string;
  readonly topology: Topology;
  readonly flow: Omit<LabFlow, 'id'>;
  /** What the kernel must have shown, or the case says nothing. */
  readonly proof: readonly Proof[];
  /** For a flow that does not connect: a case with the same flow that does. */
  readonly control?: string;
  /**
   * What the model leaves open here, by the topics of its questions and by unsupported constructs; the
   * kernel's way then has to be one of its branches. Absent: it has to be the only one.
   */
  readonly open?: readonly string[];
}

export type Proof =
  | { readonly kind: 'client'; readonly outcome: string; readonly errno?: string }
  /** The endpoint's namespace, and the source address it saw. */
  | { readonly kind: 'answer'; readonly from?: string; readonly source?: string }
  /** A packet met a hook with these properties. */
  | { readonly kind: 'visit'; readonly at: string; readonly like: VisitLike }
  | { readonly kind: 'no-visit'; readonly at: string; readonly like: VisitLike }
  /** The kernel freed a packet for this reason. */
  | { readonly kind: 'drop'; readonly reason: string }
  /** A rule of a chain, by its position from 1, was hit so often by different packets. */
  | {
      readonly kind: 'rule';
      readonly at: string;
      readonly chain: string;
      readonly position: number;
      readonly packets: number | 'some';
    }
  /** A SYN left by a device with this MSS. */
  | { readonly kind: 'mss'; readonly at: string; readonly device: string; readonly mss: number };

/** Properties of a visit; those that are absent may be anything. */
export interface VisitLike
  extends Partial<Pick<Visit, 'hook' | 'edge' | 'iif' | 'oif' | 'mark' | 'ctState'>> {
  readonly source?: string;
  readonly destination?: string;
  readonly ttl?: number;
  readonly protocol?: number;
}
