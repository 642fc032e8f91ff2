import type { ClientReport } from '../lab/flow.ts';
import type { Errno } from '../linux/errno.ts';
import type { Hook } from '../linux/hook.ts';
import type { Assumption, ClientResult, PacketKind } from '../trace/trace.ts';

/** Whether a trace tells what a kernel did with the same flow. */
export type Agreement =
  /** One of the trace's outcomes is what happened, in every aspect that was observed. */
  | (Compared & { readonly kind: 'agree' })
  /** No outcome of the trace is what happened. `differences` are those to the nearest one. */
  | (Compared & { readonly kind: 'disagree'; readonly differences: readonly Difference[] })
  /** The trace rests on something that no fact gives: right or wrong, it is no proof. */
  | (Compared & { readonly kind: 'open'; readonly questions: readonly OpenQuestion[] });

interface Compared {
  /** Index of the trace's outcome that was compared with the first report; null without outcomes. */
  readonly outcome: number | null;
  /** Differences that are known not to matter, by the name of their rule. */
  readonly tolerated: readonly Toleration[];
  /** Aspects that nobody watched, so that nothing is said about them. */
  readonly unseen: readonly Aspect[];
}

/** What of a flow is compared. */
export type Aspect = 'client' | 'hooks' | 'drops';

/** Something that keeps a trace from being a statement. */
export type OpenQuestion =
  | { readonly kind: 'assumption'; readonly assumption: Assumption }
  | { readonly kind: 'unsupported'; readonly construct: string }
  | { readonly kind: 'truncated' }
  | { readonly kind: 'unknown-end' };

/** One thing that the model says and the kernel did otherwise. Values are printed. */
export type Difference =
  | {
      readonly kind: 'client';
      readonly model: ClientResult | 'unknown';
      readonly kernel: ClientReport['outcome'];
    }
  | { readonly kind: 'errno'; readonly model: Errno | null; readonly kernel: string | null }
  | { readonly kind: 'endpoint'; readonly model: string | null; readonly kernel: string }
  | { readonly kind: 'source'; readonly model: string | null; readonly kernel: string }
  /** The model's packet meets a hook, and the kernel's does not: it ended before. */
  | { readonly kind: 'missing-visit'; readonly at: VisitPlace }
  /** The kernel's packet met a hook, and the model's does not. */
  | { readonly kind: 'extra-visit'; readonly at: VisitPlace }
  /** They are at different places. */
  | { readonly kind: 'other-visit'; readonly model: VisitPlace; readonly kernel: VisitPlace }
  | {
      readonly kind: 'field';
      readonly at: VisitPlace;
      readonly field: VisitField;
      readonly model: string;
      readonly kernel: string;
    }
  /** The kernel sent a packet of which the trace knows nothing. */
  | { readonly kind: 'extra-packet'; readonly packet: PacketKind; readonly at: VisitPlace }
  | {
      readonly kind: 'drop-reason';
      readonly packet: PacketKind;
      /** Null: the model says that it was not dropped. */
      readonly model: string | null;
      /** Reasons the kernel gave, with its function; empty: it dropped nothing. */
      readonly kernel: readonly string[];
    };

/** A meeting of a packet with a hook, as it is named to a reader. */
export interface VisitPlace {
  readonly packet: PacketKind;
  /** Position among the visits of this packet, from 0. */
  readonly index: number;
  /** `netnsKey` of the namespace. */
  readonly netns: string;
  readonly hook: Hook;
  readonly edge: 'first' | 'last';
}

export type VisitField =
  | 'iif'
  | 'oif'
  | 'saddr'
  | 'daddr'
  | 'sport'
  | 'dport'
  | 'mark'
  | 'ttl'
  | 'tos';

/** A rule of `tolerations.ts` that applied, and what it applied to. */
export interface Toleration {
  readonly rule: string;
  readonly detail: string;
}
