import type { Topic } from '../kernel/decide.ts';
import type { KubeFacts } from '../kube/facts.ts';
import { netnsKey } from '../packet/place.ts';
import type { Prefix } from '../packet/prefix.ts';
import { type Outcome, succeeds, type Trace, type Verdict } from '../trace/trace.ts';
import type { Candidate } from './candidate.ts';
import type { DiagnosticCase } from './case.ts';
import { compareFlows } from './comparison.ts';
import { type Contrast, contrastOf } from './contrast.ts';
import type {
  Comparison,
  Diagnosis,
  Finding,
  Hypothesis,
  InferredFact,
  Symptom,
  SymptomOrigin,
} from './diagnosis.ts';
import { deviations } from './ending.ts';
import { planExperiment } from './experiment/plan.ts';
import { absenceFindings, arrivalFindings, mssFindings, sourceFindings } from './findings.ts';
import type { Explained } from './fix/fix.ts';
import type { StandIns } from './infer/inference.ts';
import { rank } from './rank.ts';
import { openQuestions, type SearchResult, search } from './search.ts';
import { serviceFindings } from './service-findings.ts';
import { supportOf } from './step-support.ts';
import { verifiedFixes } from './verify-fixes.ts';

/** All that a diagnosis is drawn from. */
export interface Setting extends Omit<DiagnosticCase, 'symptom'> {
  /** Null: what the model predicts. */
  readonly symptom: Symptom | null;
  readonly symptomFrom: SymptomOrigin;
  /** How often the flow was seen to fail. */
  readonly failures: number;
  readonly inferred: readonly InferredFact[];
  readonly standIns: StandIns;
  readonly kube: KubeFacts | null;
  readonly overlayNetwork: Prefix | null;
  readonly serviceNetwork: Prefix | null;
  readonly evidenceFindings: readonly Finding[];
}

/** Searches, ranks, plans and verifies. */
export function conclude(setting: Setting): Diagnosis {
  const base = setting.trace(setting.network, setting.flow, {});
  const symptom = setting.symptom ?? symptomOf(base);
  const result = resultOf(setting, base, symptom);
  const ranked = rank(result.survivors, result.proven, setting.failures);
  const explained = ranked.map(
    ({ candidate, confidence }, index): Explained => ({
      answers: candidate.answers,
      hypothesis: hypothesisOf(setting, candidate, {
        confidence,
        id: `h${index + 1}`,
        hinges: result.hinges,
      }),
    }),
  );
  const hypotheses = explained.map(({ hypothesis }) => hypothesis);
  const healthy = base.outcomes.find(succeeds) ?? null;
  const outcome = hypotheses[0]?.outcome ?? healthy ?? base.outcomes[0];
  const working = explained[0] ? contrastOf(setting, explained[0].answers) : null;
  const context = {
    network: setting.network,
    flow: setting.flow,
    explained,
    trace: setting.trace,
    kube: setting.kube,
    overlayNetwork: setting.overlayNetwork,
    serviceNetwork: setting.serviceNetwork,
  };
  return {
    flow: setting.flow,
    verdict: verdictOf(setting, base, symptom, hypotheses),
    symptom: { value: symptom, from: setting.symptom ? setting.symptomFrom : 'model' },
    proven: result.proven,
    hypotheses,
    ruledOut: result.refuted.map(({ candidate, because }) => ({
      causeId: candidate.causeId,
      location: candidate.location,
      assumptions: deviations(candidate.outcome),
      because,
    })),
    findings: findingsOf(setting, result, healthy, outcome ?? null, working),
    experiment: planExperiment(hypotheses, setting.flow, {
      standIns: setting.standIns,
      named: (where) => setting.network.namespaces.get(netnsKey(where))?.origin.kind !== 'assumed',
      captured: new Set(
        [...setting.observed.coverage]
          .filter(([, { sawAttempt }]) => sawAttempt)
          .map(([key]) => key),
      ),
    }),
    fixes:
      outcome && explained.length > 0
        ? verifiedFixes({ ...context, outcome }, setting.controls, healthy)
        : [],
    inferred: setting.inferred,
    unsupported: base.unsupported.map(({ construct, where }) => ({
      construct,
      where: netnsKey(where),
    })),
    traces: [base],
    comparison: outcome && working ? comparisonOf(setting, outcome, working) : null,
  };
}

/** A flow that is known to work needs no explanation; one that only should work may hang on a fact. */
function resultOf(setting: Setting, base: Trace, symptom: Symptom): SearchResult {
  if (symptom !== 'works') return search({ ...setting, symptom });
  if (setting.symptom === null) return openQuestions({ ...setting, symptom: 'intermittent' });
  return {
    base,
    survivors: [],
    refuted: [],
    proven: false,
    hinges: new Set(),
    truncated: base.truncated,
  };
}

function symptomOf(base: Trace): Symptom {
  if (base.outcomes.every(succeeds)) return 'works';
  if (base.outcomes.some(succeeds)) return 'intermittent';
  switch (base.outcomes[0]?.client) {
    case 'refused':
      return 'refused';
    case 'unreachable':
    case 'not-permitted':
      return 'unreachable';
    case 'connected':
    case 'timeout':
    case 'unknown':
    case undefined:
      return 'timeout';
  }
}

/** What is known of the flow itself; that its cause is open does not make it reachable. */
function verdictOf(
  setting: Setting,
  base: Trace,
  symptom: Symptom,
  hypotheses: readonly Hypothesis[],
): Verdict {
  if (setting.symptom === null) {
    const open = symptom === 'works' ? hypotheses.length > 0 : mayWork(setting, base);
    return open ? 'undetermined' : base.verdict;
  }
  if (setting.symptomFrom === 'assumed') return 'undetermined';
  if (symptom === 'works') return 'reachable';
  if (symptom === 'slow') return base.verdict === 'unreachable' ? 'unreachable' : 'reachable';
  return symptom === 'intermittent' ? 'ambiguous' : 'unreachable';
}

/** Facts that files of a snapshot hold; what lies outside the nodes nobody can collect there. */
const COLLECTABLE: ReadonlySet<Topic> = new Set<Topic>([
  'device',
  'interface-address',
  'ipset',
  'match',
  'mtu',
  'route',
  'routing-rule',
  'ruleset',
  'socket',
  'sysctl',
]);

/** Whether a predicted failure hangs on a fact that was not collected. */
function mayWork({ network, flow, trace }: Setting, base: Trace): boolean {
  return base.questions
    .filter(({ kind, topic }) => kind === 'unknown' && COLLECTABLE.has(topic))
    .some(({ id, options }) =>
      options.some(({ value }) =>
        trace(network, flow, { answers: new Map([[id, value]]) }).outcomes.some(succeeds),
      ),
    );
}

function hypothesisOf(
  setting: Setting,
  candidate: Candidate,
  { id, confidence, hinges }: Pick<Hypothesis, 'id' | 'confidence'> & Pick<SearchResult, 'hinges'>,
): Hypothesis {
  const { outcome, fit, causeId, location, dropReason } = candidate;
  const support = supportOf(outcome, setting.observed, setting.counters);
  return {
    id,
    causeId,
    confidence,
    location,
    dropReason,
    assumptions: outcome.assumptions.filter(
      ({ kind, isDefault, questionId }) =>
        kind === 'unknown' && (!isDefault || hinges.has(questionId)),
    ),
    evidence: fit.supports,
    contradictedBy: fit.doubts,
    outcome,
    support: support.map(({ steps }) => steps),
  };
}

function findingsOf(
  setting: Setting,
  result: SearchResult,
  healthy: Outcome | null,
  outcome: Outcome | null,
  working: Contrast | null,
): readonly Finding[] {
  const lines = setting.observed.sightings
    .filter(({ direction, point }) => direction === 'original' && point.kind === 'log')
    .map(({ source }) => ({ source, shows: 'syn-seen' }));
  const limits: Finding[] = [];
  if (result.truncated) {
    limits.push({ code: 'search-was-cut', proves: 'warning', values: {}, evidence: [] });
  }
  if (result.survivors.length === 0 && setting.symptom !== null && setting.symptom !== 'works') {
    limits.push({ code: 'nothing-fits', proves: 'warning', values: {}, evidence: [] });
    limits.push(...missingFacts(result.base));
  }
  return [
    ...(result.survivors.length > 0 ? serviceFindings(setting.kube, setting.flow, outcome) : []),
    ...(outcome ? sourceFindings(outcome, lines.slice(0, 8)) : []),
    ...arrivalFindings(result.base, setting.observed),
    ...(healthy ? absenceFindings(healthy, setting.observed) : []),
    ...(outcome ? mssFindings(setting.network, outcome, setting.observed, working) : []),
    ...setting.evidenceFindings,
    ...limits,
  ];
}

/** What the model had to ask of the nodes: any of it may hide the reason. */
function missingFacts({ questions }: Trace): readonly Finding[] {
  const facts = questions
    .filter(({ kind, options }) => kind === 'unknown' && options.length > 1)
    .map(({ topic, where, subject }) => `${where ? `${netnsKey(where)} ` : ''}${topic} ${subject}`);
  if (facts.length === 0) return [];
  return [
    {
      code: 'missing-facts',
      proves: 'note',
      values: { facts: facts.slice(0, MOST_FACTS).join('; '), count: facts.length },
      evidence: [],
    },
  ];
}

const MOST_FACTS = 5;

/** The failing flow beside one that works under the same answers. */
function comparisonOf(setting: Setting, outcome: Outcome, working: Contrast): Comparison {
  return compareFlows(
    {
      flow: setting.flow,
      outcome,
      support: supportOf(outcome, setting.observed, setting.counters),
    },
    {
      flow: working.flow,
      outcome: working.outcome,
      support: supportOf(working.outcome, working.observed, []),
    },
  );
}
