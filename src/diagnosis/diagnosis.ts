import type { Flow } from '../packet/flow.ts';
import type { NetnsRef } from '../packet/place.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { Assumption, Outcome, Trace, Verdict } from '../trace/trace.ts';

/** What the client's user reports, or what evidence shows. */
export type Symptom =
  | 'timeout'
  | 'refused'
  | 'unreachable'
  | 'reset'
  | 'slow'
  | 'intermittent'
  | 'works';

/** `assumed`: asked about, and neither an option nor evidence says what the user sees. */
export type SymptomOrigin = 'evidence' | 'option' | 'model' | 'assumed';

/** The whole answer of `diagnose`. Findings are data; `report` makes the sentences. */
export interface Diagnosis {
  readonly flow: Flow;
  readonly verdict: Verdict;
  readonly symptom: { readonly value: Symptom; readonly from: SymptomOrigin };
  /** True when facts alone predict the symptom: nothing had to be assumed. */
  readonly proven: boolean;
  readonly hypotheses: readonly Hypothesis[];
  /** Explanations that were tried and that evidence or another flow contradicts. */
  readonly ruledOut: readonly RuledOut[];
  readonly findings: readonly Finding[];
  readonly experiment: Experiment | null;
  readonly fixes: readonly ProposedFix[];
  readonly inferred: readonly InferredFact[];
  readonly unsupported: readonly { readonly construct: string; readonly where: string }[];
  readonly traces: readonly Trace[];
  /** The failing flow beside one that works; null when no flow is known to work. */
  readonly comparison: Comparison | null;
}

/** Two flows step by step, as the model sees them, with what was observed. */
export interface Comparison {
  readonly left: ComparedFlow;
  readonly right: ComparedFlow;
  readonly rows: readonly ComparisonRow[];
  /** Index of the first row that differs, or null. */
  readonly firstDivergence: number | null;
}

export interface ComparedFlow {
  readonly flow: Flow;
  readonly outcome: Outcome;
}

/** One step of the first packet in both flows; a side that has no such step is null. */
export interface ComparisonRow {
  readonly point: string;
  readonly where: NetnsRef;
  readonly left: ComparedStep | null;
  readonly right: ComparedStep | null;
  readonly differs: boolean;
}

export interface ComparedStep {
  readonly iif: string;
  readonly oif: string;
  readonly saddr: string;
  readonly daddr: string;
  readonly sport: number;
  readonly dport: number;
  /** Fields that this step rewrote. */
  readonly rewritten: readonly string[];
  readonly verdict: string;
  /** True for a packet that carries the flow's packet inside. */
  readonly carries: boolean;
  readonly support: StepSupport;
  /** The line that shows it. */
  readonly seen: SourceRef | null;
}

/** One surviving explanation: a failing branch of the model with what it assumes. */
export interface Hypothesis {
  /** Stable within the diagnosis, e.g. `h1`. */
  readonly id: string;
  readonly causeId: string;
  /** 0..1; the hypotheses of one diagnosis sum to at most 1. 1 means proven. */
  readonly confidence: number;
  readonly location: Location;
  readonly dropReason: string | null;
  /** Only what deviates from the defaults. */
  readonly assumptions: readonly Assumption[];
  readonly evidence: readonly EvidenceRef[];
  readonly contradictedBy: readonly EvidenceRef[];
  readonly outcome: Outcome;
  /** What each step of the outcome's packets rests on, packet by packet. */
  readonly support: readonly (readonly StepSupport[])[];
}

/**
 * `observed`: a capture, log line or counter shows it. `inferred`: it lies between observed ones,
 * so it must have happened. `modelled`: only the model says so.
 */
export type StepSupport = 'observed' | 'inferred' | 'modelled';

export interface Location {
  readonly where: NetnsRef | null;
  readonly device: string | null;
  readonly hook: string | null;
  readonly rule: string | null;
  /** An underlay segment; `where` is then null. */
  readonly segment: string | null;
}

export interface EvidenceRef {
  readonly source: SourceRef;
  /** The finding code that says what the line shows, e.g. `syn-seen-at`. */
  readonly shows: string;
}

export interface RuledOut {
  readonly causeId: string;
  readonly location: Location;
  readonly assumptions: readonly Assumption[];
  readonly because: readonly EvidenceRef[];
}

/**
 * What evidence proves, does not prove, or hints at. `code` is stable; `values` are what the
 * sentence of `report` needs.
 */
export interface Finding {
  readonly code: string;
  readonly proves: 'proves' | 'does-not-prove' | 'note' | 'warning';
  readonly values: Readonly<Record<string, string | number>>;
  readonly evidence: readonly EvidenceRef[];
}

/** A fact that no file states and that evidence lines prove. */
export interface InferredFact {
  readonly code: string;
  readonly values: Readonly<Record<string, string | number>>;
  readonly from: readonly SourceRef[];
}

/** A command runnable as it stands in its namespace. */
export interface Command {
  readonly node: string;
  readonly netns: string | null;
  readonly argv: readonly string[];
  readonly text: string;
}

/** Observations that separate the hypotheses, the cheapest first. */
export interface Experiment {
  readonly steps: readonly ExperimentStep[];
}

export interface ExperimentStep {
  readonly id: string;
  readonly cost: number;
  readonly commands: readonly Command[];
  readonly predictions: readonly {
    readonly hypothesis: string;
    /** What this hypothesis predicts here: `grows`, `unchanged`, `seen`, `not-seen`, a value. */
    readonly expect: string;
  }[];
}

export interface ProposedFix {
  readonly fixId: string;
  readonly commands: readonly Command[];
  readonly undo: readonly Command[];
  /** How the change is kept over a restart, in words with a stable code. */
  readonly durable: readonly { readonly code: string; readonly text: string }[];
  readonly verified: {
    readonly model: 'cures' | 'fails' | 'not-run';
    readonly kernel: 'cures' | 'fails' | 'not-run';
  };
  /** Hypotheses (ids) after whose cause the flow is delivered when this is applied. */
  readonly cures: readonly string[];
  /** True when the flow is delivered even if all that it cures hold at once. */
  readonly curesTogether: boolean;
  readonly sideEffects: readonly Finding[];
}
