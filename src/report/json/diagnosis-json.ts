import type {
  Comparison,
  Diagnosis,
  Experiment,
  ExperimentStep,
  Finding,
  Hypothesis,
  Location,
  ProposedFix,
  RuledOut,
} from '../../diagnosis/diagnosis.ts';
import { assumptionJson, flowJson, outcomeJson, traceJson } from '../trace/to-json.ts';
import type { AssumptionJson, FlowJson, OutcomeJson, TraceJson } from '../trace/trace-json.ts';
import { type Plain, plain } from './plain.ts';

export const DIAGNOSIS_SCHEMA = 'hookline/diagnosis/v1';

/** A diagnosis as other programs read it. */
export interface DiagnosisJson
  extends Plain<Pick<Diagnosis, 'symptom' | 'proven' | 'inferred' | 'unsupported'>> {
  readonly schema: typeof DIAGNOSIS_SCHEMA;
  readonly flow: FlowJson;
  readonly verdict: Diagnosis['verdict'];
  readonly hypotheses: readonly HypothesisJson[];
  readonly ruledOut: readonly RuledOutJson[];
  readonly findings: readonly Plain<Finding>[];
  readonly experiment: ExperimentJson | null;
  readonly fixes: readonly Plain<ProposedFix>[];
  readonly traces: readonly TraceJson[];
  readonly comparison: ComparisonJson | null;
}

/** The next observation, and after it all of them, the cheapest first. */
export interface ExperimentJson extends Plain<Experiment> {
  readonly commands: Plain<ExperimentStep>['commands'];
  readonly predictions: Plain<ExperimentStep>['predictions'];
}

export interface ComparisonJson extends Plain<Pick<Comparison, 'rows' | 'firstDivergence'>> {
  readonly left: FlowJson;
  readonly right: FlowJson;
}

export interface LocationJson {
  readonly node: string | null;
  readonly netns: string | null;
  readonly device: string | null;
  readonly hook: string | null;
  readonly rule: string | null;
  readonly segment: string | null;
}

export interface HypothesisJson
  extends Plain<
    Pick<
      Hypothesis,
      'id' | 'causeId' | 'confidence' | 'dropReason' | 'evidence' | 'contradictedBy' | 'support'
    >
  > {
  readonly location: LocationJson;
  readonly assumptions: readonly AssumptionJson[];
  readonly outcome: OutcomeJson;
}

export interface RuledOutJson extends Plain<Pick<RuledOut, 'causeId' | 'because'>> {
  readonly location: LocationJson;
  readonly assumptions: readonly AssumptionJson[];
}

export function diagnosisJson(diagnosis: Diagnosis): DiagnosisJson {
  return {
    schema: DIAGNOSIS_SCHEMA,
    flow: flowJson(diagnosis.flow),
    verdict: diagnosis.verdict,
    symptom: diagnosis.symptom,
    proven: diagnosis.proven,
    hypotheses: diagnosis.hypotheses.map((hypothesis) => ({
      id: hypothesis.id,
      causeId: hypothesis.causeId,
      confidence: hypothesis.confidence,
      location: locationJson(hypothesis.location),
      dropReason: hypothesis.dropReason,
      assumptions: hypothesis.assumptions.map(assumptionJson),
      evidence: plain(hypothesis.evidence),
      contradictedBy: plain(hypothesis.contradictedBy),
      outcome: outcomeJson(hypothesis.outcome),
      support: hypothesis.support,
    })),
    ruledOut: diagnosis.ruledOut.map(({ causeId, location, assumptions, because }) => ({
      causeId,
      location: locationJson(location),
      assumptions: assumptions.map(assumptionJson),
      because: plain(because),
    })),
    findings: plain(diagnosis.findings),
    experiment: diagnosis.experiment && experimentJson(diagnosis.experiment),
    fixes: plain(diagnosis.fixes),
    inferred: plain(diagnosis.inferred),
    unsupported: diagnosis.unsupported,
    traces: diagnosis.traces.map(traceJson),
    comparison: diagnosis.comparison && comparisonJson(diagnosis.comparison),
  };
}

function experimentJson({ steps }: Experiment): ExperimentJson | null {
  const [next] = steps;
  if (!next) return null;
  const { commands, predictions } = plain(next);
  return { commands, predictions, steps: plain(steps) };
}

function comparisonJson({ left, right, rows, firstDivergence }: Comparison): ComparisonJson {
  return {
    left: flowJson(left.flow),
    right: flowJson(right.flow),
    rows: plain(rows),
    firstDivergence,
  };
}

function locationJson({ where, device, hook, rule, segment }: Location): LocationJson {
  return { node: where?.node ?? null, netns: where?.netns ?? null, device, hook, rule, segment };
}
