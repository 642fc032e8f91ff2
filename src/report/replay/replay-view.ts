import type { Difference, OpenQuestion } from '../../agreement/agreement.ts';
import type { SideBySideRow } from '../../agreement/side-by-side.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import type { ObservedFlow } from '../incident/incident-run.ts';
import type { TraceJson } from '../trace/trace-json.ts';

/** A replay as it is told: a flow on a rebuilt snapshot, beside the model's trace. */
export interface ReplayView {
  readonly verdict: 'reachable' | 'unreachable' | 'undetermined';
  readonly model: TraceJson;
  readonly kernel: KernelView;
  readonly agreement: AgreementView;
  readonly notRebuilt: readonly MissingView[];
  readonly standIns: readonly StandInView[];
  readonly captureFiles: readonly string[];
}

export interface KernelView {
  /** `uname -r`. */
  readonly release: string;
  /** What the client saw, each result once, the most frequent first. */
  readonly results: readonly KernelResult[];
  /** Everything that was seen of the first try. Null when the flow could not be sent. */
  readonly first: ObservedFlow | null;
  /** Why the flow could not be sent. */
  readonly unsent: string | null;
}

export interface KernelResult {
  readonly times: number;
  readonly client: ObservedFlow['client']['outcome'];
  readonly errno: string | null;
  readonly endpoint: {
    readonly node: string | null;
    readonly netns: string | null;
    readonly ip: string;
    readonly port: number;
  } | null;
  readonly sourceAtEndpoint: string | null;
}

export interface AgreementView {
  readonly verdict: 'agree' | 'disagree' | 'undetermined';
  /** Index of the model's outcome that was compared with the first try. */
  readonly outcome: number | null;
  readonly differences: readonly Difference[];
  /** What keeps the model from a statement; not what the laboratory was built to answer. */
  readonly questions: readonly OpenQuestion[];
  readonly unseen: readonly string[];
  readonly sideBySide: readonly SideBySideRow[];
}

/** Whether something that is missing can change what is seen of the flow. */
export type Relevance =
  | { readonly matters: true }
  | { readonly matters: false; readonly because: Irrelevance };

export type Irrelevance =
  | 'on-purpose'
  | 'other-family'
  | 'name-only'
  | 'no-way'
  | 'not-on-the-way'
  | 'another-connection'
  | 'another-port';

/** A place in the snapshot; without a node it is outside of all. */
export interface PlaceView {
  readonly node: string | null;
  readonly netns: string | null;
}

/** Something that the snapshot states and the laboratory lacks or has otherwise. */
export interface MissingView extends PlaceView {
  readonly code: string;
  readonly subject: string;
  readonly device: string | null;
  readonly family: 4 | 6 | null;
  readonly source: SourceRef | null;
  readonly why: WhyView;
  readonly relevance: Relevance;
}

export type WhyView =
  /** A tool's own words. */
  | { readonly kind: 'refused'; readonly by: string; readonly text: string }
  | { readonly kind: 'unreadable'; readonly text: string }
  | { readonly kind: 'unsafe-name' }
  | { readonly kind: 'no-such-kind'; readonly text: string }
  | { readonly kind: 'unsupported'; readonly text: string }
  | { readonly kind: 'on-purpose'; readonly text: string }
  /** Read back: null expected is something too much, null found something missing. */
  | { readonly kind: 'differs'; readonly expected: string | null; readonly found: string | null };

/** Something in the laboratory that no file of the snapshot holds. */
export interface StandInView extends PlaceView {
  readonly kind: StandInKind;
  readonly subject: string;
  readonly because: string;
  readonly source: SourceRef | null;
}

export type StandInKind =
  | 'pod'
  | 'host'
  | 'gateway'
  | 'uncaptured-node'
  | 'client'
  | 'device'
  | 'silent-peer'
  | 'segment'
  | 'listener';
