import type { Question, Topic } from '../kernel/decide.ts';
import type { UnsupportedUse } from '../kernel/run.ts';
import type { HookVisit, Step } from '../kernel/step.ts';
import type { Errno } from '../linux/errno.ts';
import type { Address } from '../packet/address.ts';
import type { Flow } from '../packet/flow.ts';
import type { NetnsRef } from '../packet/place.ts';

/** What the kernels will do with a flow, both ways. */
export interface Trace {
  readonly flow: Flow;
  readonly verdict: Verdict;
  /** Branches with equal ends are grouped; the likeliest first. */
  readonly outcomes: readonly Outcome[];
  /** Every question that some branch asked, with all its options: what diagnosis may relax. */
  readonly questions: readonly Question[];
  readonly unsupported: readonly UnsupportedUse[];
  /** True when there were more branches than the limit: the outcomes are then not all. */
  readonly truncated: boolean;
}

/**
 * `reachable`: every branch connects. `unreachable`: none does. `ambiguous`: free choices
 * (endpoint, multipath) decide. `undetermined`: an open question decides.
 */
export type Verdict = 'reachable' | 'unreachable' | 'ambiguous' | 'undetermined';

/** What the client's program sees. */
export type ClientResult = 'connected' | 'refused' | 'timeout' | 'unreachable' | 'not-permitted';

export interface Outcome {
  /** Sum over the grouped branches, 0..1. */
  readonly probability: number;
  readonly assumptions: readonly Assumption[];
  readonly client: ClientResult | 'unknown';
  /** The error the client's call returns, when it fails with one. */
  readonly errno: Errno | null;
  readonly endpoint: Endpoint | null;
  readonly sourceAtEndpoint: Address | null;
  readonly packets: readonly PacketTrace[];
  /** What becomes of data after the handshake; null where none was sent. */
  readonly transfer: Transfer | null;
}

/**
 * Full-size segments in both directions of an established connection. `stalled`: those of `direction`
 * do not arrive in any size that TCP tries; the last one is among the outcome's packets.
 */
export interface Transfer {
  readonly kind: 'delivered' | 'stalled' | 'unknown';
  readonly direction: 'original' | 'reply' | null;
  /** The IP packets' length as it was last sent, bytes; 0 where none was sent. */
  readonly bytes: { readonly original: number; readonly reply: number };
}

/** Whether the client surely got through: it connected, and data does not surely stall. */
export function succeeds({ client, transfer }: Pick<Outcome, 'client' | 'transfer'>): boolean {
  return client === 'connected' && transfer?.kind !== 'stalled';
}

/** Who received the first packet. */
export interface Endpoint {
  readonly where: NetnsRef;
  readonly address: Address;
  readonly port: number;
}

/** An answer that a branch rests on and that no fact gives. */
export interface Assumption {
  readonly questionId: string;
  readonly topic: Topic;
  readonly where: NetnsRef | null;
  readonly subject: string;
  readonly value: string;
  /** What one expects. An open question, which has no usual answer, has no default either. */
  readonly isDefault: boolean;
  readonly kind: 'unknown' | 'random';
}

export interface PacketTrace {
  readonly direction: 'original' | 'reply';
  readonly kind: PacketKind;
  readonly disposition: Disposition;
  /** The kernel's SKB_DROP_REASON_* name without the prefix; set when dropped or rejected. */
  readonly dropReason: string | null;
  /** Where it ended. */
  readonly at: NetnsRef | null;
  readonly steps: readonly Step[];
  /** Every hook the packet met, also where no rule is. */
  readonly visits: readonly HookVisit[];
}

export type PacketKind =
  | 'syn'
  | 'syn-ack'
  | 'ack'
  | 'data'
  | 'rst'
  | 'datagram'
  | 'answer'
  | 'echo-request'
  | 'echo-reply'
  | 'icmp-error';

export type Disposition =
  | 'delivered'
  | 'dropped'
  | 'rejected'
  | 'forwarded-out'
  | 'looped'
  | 'unknown';
