import type { Network } from '../../kernel/network.ts';
import type { KubeFacts } from '../../kube/facts.ts';
import type { Flow } from '../../packet/flow.ts';
import type { Prefix } from '../../packet/prefix.ts';
import type { Outcome } from '../../trace/trace.ts';
import type { NetworkChange } from '../change/network-change.ts';
import type { Command, Finding, Hypothesis } from '../diagnosis.ts';
import type { Answers, TraceFlow } from '../trace-flow.ts';

/** A hypothesis with the answers under which the model shows it. */
export interface Explained {
  readonly hypothesis: Hypothesis;
  readonly answers: Answers;
}

/** What a fix looks at. */
export interface FixContext {
  readonly network: Network;
  readonly flow: Flow;
  readonly explained: readonly Explained[];
  /** The flow as it goes as far as it goes; see `way`. */
  readonly outcome: Outcome;
  readonly trace: TraceFlow;
  readonly kube: KubeFacts | null;
  readonly overlayNetwork: Prefix | null;
  readonly serviceNetwork: Prefix | null;
}

/** A change of node state, the commands that make it and those that take it back. */
export interface FixProposal {
  readonly fixId: string;
  readonly change: NetworkChange;
  readonly commands: readonly Command[];
  readonly undo: readonly Command[];
  /** How it is kept: the setting, in its program's own words. */
  readonly durable: readonly { readonly code: string; readonly text: string }[];
  /** What it does besides, as far as traces of this flow cannot show it. */
  readonly sideEffects: readonly Finding[];
}

/** Proposes a change where it may help; whether it does is found by running the model again. */
export interface Fix {
  readonly id: string;
  propose(context: FixContext): FixProposal | null;
}

/** A side effect without evidence lines. */
export function sideEffect(
  code: string,
  values: Readonly<Record<string, string | number>> = {},
): Finding {
  return { code, proves: 'warning', values, evidence: [] };
}
