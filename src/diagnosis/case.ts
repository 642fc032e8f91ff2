import type { CounterDelta } from '../evidence/counter.ts';
import type { Network } from '../kernel/network.ts';
import type { Flow } from '../packet/flow.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { Symptom } from './diagnosis.ts';
import type { ObservedFlow } from './observed-flow.ts';
import type { TraceFlow } from './trace-flow.ts';
import type { Witnesses } from './witness/witnesses.ts';

/** A flow with what was seen of it. */
export interface ObservedCase {
  readonly flow: Flow;
  readonly observed: ObservedFlow;
}

/** A flow that is known to work, with the line that says so. */
export interface ControlFlow extends ObservedCase {
  readonly source: SourceRef | null;
}

/** What the search is given: one flow with a symptom, and flows that work. */
export interface DiagnosticCase extends ObservedCase {
  readonly network: Network;
  readonly symptom: Symptom;
  readonly controls: readonly ControlFlow[];
  /** How much kernel counters grew while the flow was tried. */
  readonly counters: readonly CounterDelta[];
  readonly witnesses: Witnesses;
  readonly trace: TraceFlow;
}
