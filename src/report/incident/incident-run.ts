import type { ObservedPacket } from '../../evidence/observation.ts';
import type { Hook } from '../../linux/hook.ts';

/** What a real kernel did with an incident's two flows, named by places (`n1`, `n1/web`). */
export interface IncidentRun {
  readonly id: string;
  readonly title: string;
  readonly kernel: string;
  /** The flow that fails, and one that works in the same state. */
  readonly flow: ObservedFlow;
  readonly control: ObservedFlow;
  /** Where the kernel did not do what the recipe says; empty when the incident was reproduced. */
  readonly mismatches: readonly Mismatch[];
}

/** `stalled`: connected, and no answer to what the client sent. */
export type ClientOutcome =
  | 'connected'
  | 'stalled'
  | 'refused'
  | 'timeout'
  | 'unreachable'
  | 'not-permitted';

export interface ObservedFlow {
  /** As the user would say it: `n1 -> 10.254.51.153:80 tcp`. */
  readonly from: string;
  readonly to: string;
  readonly protocol: string;
  /** What its socket was bound to, or null. */
  readonly bound: string | null;
  readonly client: {
    readonly outcome: ClientOutcome;
    readonly errno: string | null;
    readonly local: { readonly address: string; readonly port: number } | null;
  };
  readonly endpoint: {
    readonly place: string;
    readonly address: string;
    readonly port: number;
    /** The client as the endpoint saw it. */
    readonly source: string;
    readonly sourcePort: number;
  } | null;
  /** In the order of time. */
  readonly hooks: readonly HookPassage[];
  readonly captures: readonly CaptureCount[];
  readonly drops: readonly ObservedDrop[];
  readonly counters: readonly MovedCounter[];
  /** What could not be watched here: `drops: not-permitted (...)`. */
  readonly blind: readonly string[];
}

/** One packet at one hook. */
export interface HookPassage {
  readonly place: string;
  readonly hook: Hook;
  readonly iif: string | null;
  readonly oif: string | null;
  /** As it came, and as it left; null when the hook did not let it pass. */
  readonly before: ObservedPacket;
  readonly after: ObservedPacket | null;
  readonly markBefore: number;
  readonly markAfter: number | null;
}

/** Packets of one kind on one device. */
export interface CaptureCount {
  readonly place: string;
  readonly device: string;
  readonly direction: 'in' | 'out';
  readonly packet: ObservedPacket;
  readonly count: number;
}

interface ObservedDrop {
  readonly reason: string;
  /** The kernel function. */
  readonly location: string;
  readonly place: string | null;
  readonly device: string | null;
  readonly packet: ObservedPacket | null;
}

interface MovedCounter {
  readonly place: string;
  readonly counter: string;
  readonly by: number;
}

/** Something that the recipe expects and the kernel did otherwise. Values are printed. */
export interface Mismatch {
  readonly what: 'client' | 'errno' | 'drop-reason' | 'place' | 'source-at-endpoint' | 'control';
  readonly expected: string;
  readonly found: string;
}
