import type { Endpoint } from '../evidence/evidence.ts';
import type { Network } from '../kernel/network.ts';
import type { Flow } from '../packet/flow.ts';
import { type Attempt, attemptsOf } from './attempt.ts';
import { conclude, type Setting } from './conclude.ts';
import type { Diagnosis } from './diagnosis.ts';
import { evidenceFindings } from './evidence-findings.ts';
import { flowOfAttempt } from './flow-of-attempt.ts';
import { type GivenFacts, NOTHING_GIVEN, NOTHING_GIVEN_OF_NODE } from './infer/given-facts.ts';
import { inferNetwork } from './infer/infer-network.ts';
import { NO_STAND_INS } from './infer/inference.ts';
import { ownerOf } from './infer/places.ts';
import type { DiagnoseInput } from './input.ts';
import { isAbout, matchAttempts } from './match-attempts.ts';
import { NOTHING_OBSERVED, observedFlow } from './observed-flow.ts';
import { symptomOfWitnesses } from './witness/symptom.ts';
import { witnessesOf } from './witness/witnesses.ts';

/** Why there is nothing to diagnose. */
export type NotDiagnosable =
  | { readonly kind: 'no-flow' } // neither an option nor the evidence names one
  | { readonly kind: 'no-failing-flow' } // evidence alone, and all its flows work
  | { readonly kind: 'flow-not-in-evidence' } // evidence alone, and none of its flows is the one asked
  | { readonly kind: 'ipv6' };

export type DiagnoseResult =
  | { readonly kind: 'diagnosis'; readonly diagnosis: Diagnosis }
  | NotDiagnosable;

/** Explains why a flow fails, from a snapshot, from evidence, or from both. */
export function diagnose(input: DiagnoseInput): DiagnoseResult {
  const attempts = input.evidence ? attemptsOf(input.evidence) : [];
  const setting = input.network
    ? settingOfNetwork(input, input.network, attempts)
    : settingOfEvidence(input, attempts);
  if ('kind' in setting) return setting;
  return { kind: 'diagnosis', diagnosis: conclude(setting) };
}

/** The nodes are known: evidence only says what happened on them. */
function settingOfNetwork(
  input: DiagnoseInput,
  network: Network,
  attempts: readonly Attempt[],
): Setting | NotDiagnosable {
  const matched = matchAttempts(input, network, attempts);
  if (!matched) return { kind: 'no-flow' };
  const { flow, attempt, observed, places } = matched;
  const observations = input.evidence?.observations ?? [];
  const working = attempts.filter((candidate) => candidate.symptom === 'works');
  const controls = working.flatMap((candidate) => {
    const from = ownerOf(network, candidate.client);
    const { address, port } = controlTarget(candidate, attempt, flow);
    if (!from) return [];
    const seen = observedFlow(candidate, observations, places);
    const source = { from, arrivesOn: null, to: address, port: port ?? 0 };
    const control = flowOfAttempt(candidate, source, {
      network,
      trace: input.trace,
      observed: seen,
    });
    return [{ flow: control, observed: seen, source: firstLine(candidate) }];
  });
  const shown = attempt?.symptom ?? symptomOfWitnesses(flow, input.evidence);
  return {
    network,
    flow,
    observed,
    controls: [...controls, ...givenControls(input)],
    counters: input.evidence?.counters ?? [],
    witnesses: witnessesOf(input.evidence),
    trace: input.trace,
    symptom: input.symptom ?? shown,
    symptomFrom: input.symptom ? 'option' : shown ? 'evidence' : 'model',
    failures: attempt?.conversations.length ?? 1,
    inferred: [],
    standIns: NO_STAND_INS,
    kube: input.kube,
    overlayNetwork: input.facts?.overlayNetwork ?? null,
    serviceNetwork: input.facts?.serviceNetwork ?? null,
    evidenceFindings: input.evidence
      ? evidenceFindings(input.evidence, attempt ? [attempt, ...working] : working)
      : [],
  };
}

/** Nothing but evidence: the network is built from what its lines prove. */
function settingOfEvidence(
  input: DiagnoseInput,
  attempts: readonly Attempt[],
): Setting | NotDiagnosable {
  const { evidence, ask } = input;
  if (!evidence || attempts.length === 0) return { kind: 'no-flow' };
  const asked: Endpoint | null = ask.to ? { address: ask.to, port: ask.port } : null;
  const about = asked ? attempts.filter((attempt) => isAbout(attempt, asked)) : attempts;
  if (about.length === 0 && attempts.length > 1) return { kind: 'flow-not-in-evidence' };
  const candidates = (about.length > 0 ? about : attempts).filter(
    (attempt) =>
      !ask.boundDevice || attempt.commands.some(({ boundTo }) => boundTo === ask.boundDevice),
  );
  const failing = candidates.find(({ symptom }) => symptom !== null && symptom !== 'works');
  const primary = failing ?? candidates.find(({ symptom }) => symptom === null) ?? candidates[0];
  if (!primary) return { kind: 'flow-not-in-evidence' };
  if (primary.symptom === 'works' && !input.symptom) return { kind: 'no-failing-flow' };
  const related = attempts.filter(
    (attempt) => attempt !== primary && sameDestination(attempt, primary),
  );
  const tries = [primary, ...related];
  const inference = inferNetwork(evidence, tries, asked, withAskedNode(input));
  if (!inference) return { kind: 'ipv6' };
  if (ask.from && ask.from.node !== inference.client.node) return { kind: 'flow-not-in-evidence' };
  const { network, client, places, arrivesOn } = inference;
  const flowOf = (attempt: Attempt) => {
    const seen = observedFlow(attempt, evidence.observations, places);
    const service = serviceOf(attempt, primary, asked);
    const source = { from: client, arrivesOn, to: service.address, port: service.port ?? 0 };
    return {
      flow: flowOfAttempt(attempt, source, { network, trace: input.trace, observed: seen }),
      observed: seen,
    };
  };
  const { flow, observed } = flowOf(primary);
  const working = related.filter(({ symptom }) => symptom === 'works');
  const symptom = input.symptom ?? primary.symptom;
  return {
    network,
    flow,
    observed,
    controls: [
      ...working.map((attempt) => ({ ...flowOf(attempt), source: firstLine(attempt) })),
      ...givenControls(input),
    ],
    counters: evidence.counters,
    witnesses: witnessesOf(evidence),
    trace: input.trace,
    symptom: symptom ?? 'timeout',
    symptomFrom: input.symptom ? 'option' : primary.symptom ? 'evidence' : 'assumed',
    failures: primary.conversations.length,
    inferred: inference.facts,
    standIns: inference.standIns,
    kube: input.kube,
    overlayNetwork: inference.overlayNetwork,
    serviceNetwork: inference.serviceNetwork,
    evidenceFindings: evidenceFindings(evidence, [primary, ...related]),
  };
}

/** The asked client's name is a fact where no line names the node. */
function withAskedNode({ ask, facts, evidence }: DiagnoseInput): GivenFacts | null {
  const known = facts?.nodes.some(({ role }) => role === 'client') ?? false;
  const named = evidence?.groups.some(({ node, side }) => node !== null && side !== 'server');
  if (!ask.from || known || named) return facts;
  const node = { ...NOTHING_GIVEN_OF_NODE, name: ask.from.node, role: 'client' as const };
  const given = facts ?? { ...NOTHING_GIVEN, file: '(option)' };
  return { ...given, nodes: [...given.nodes, node] };
}

function sameDestination(a: Attempt, b: Attempt): boolean {
  return (
    a.protocol === b.protocol &&
    (isAbout(a, b.service) || (b.endpoint !== null && isAbout(a, b.endpoint)))
  );
}

/** The address the client used: where only the translated one was seen, the one asked about. */
function serviceOf(attempt: Attempt, primary: Attempt, asked: Endpoint | null): Endpoint {
  if (asked && attempt.endpoint === null) return asked;
  return attempt.endpoint === null ? primary.service : attempt.service;
}

/**
 * What a working client addressed. Where only the translated destination was seen, and it is the
 * failing flow's own, the failing flow's address is taken: that one is under comparison.
 */
function controlTarget(candidate: Attempt, failing: Attempt | null, flow: Flow): Endpoint {
  const seen = failing && (failing.endpoint ?? failing.service);
  const untranslated = candidate.endpoint === null || isAbout(candidate, candidate.endpoint);
  return untranslated && seen && isAbout(candidate, seen)
    ? { address: flow.to, port: flow.port === 0 ? null : flow.port }
    : candidate.service;
}

function givenControls(input: DiagnoseInput) {
  return input.controls.map((flow) => ({ flow, observed: NOTHING_OBSERVED, source: null }));
}

function firstLine(attempt: Attempt) {
  return attempt.conversations[0]?.journeys[0]?.sightings[0]?.source ?? null;
}
