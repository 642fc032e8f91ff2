import type { Evidence } from '../evidence/evidence.ts';
import type { Network } from '../kernel/network.ts';
import type { KubeFacts } from '../kube/facts.ts';
import type { Address } from '../packet/address.ts';
import type { Flow } from '../packet/flow.ts';
import type { NetnsRef } from '../packet/place.ts';
import type { Symptom } from './diagnosis.ts';
import type { GivenFacts } from './infer/given-facts.ts';
import type { TraceFlow } from './trace-flow.ts';

/** What was asked: any part may be missing when evidence gives it. */
export interface FlowAsk {
  readonly from: NetnsRef | null;
  readonly to: Address | null;
  readonly port: number | null;
  readonly protocol: Flow['protocol'] | null;
  readonly boundSource: Address | null;
  readonly boundDevice: string | null;
  readonly arrivesOn: string | null;
  readonly sport: number | null;
  readonly mark: number;
}

export interface DiagnoseInput {
  /** Null: built from the evidence. */
  readonly network: Network | null;
  readonly kube: KubeFacts | null;
  readonly evidence: Evidence | null;
  readonly ask: FlowAsk;
  readonly symptom: Symptom | null;
  /** Flows that are known to work. */
  readonly controls: readonly Flow[];
  readonly facts: GivenFacts | null;
  readonly trace: TraceFlow;
}
