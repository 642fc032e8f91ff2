import type { SourceRef } from '../packet/source-ref.ts';
import type { Outcome, Trace } from '../trace/trace.ts';
import type { DiagnosticCase } from './case.ts';
import { causeOf } from './cause/all-causes.ts';
import { compareWithCounters } from './counters.ts';
import type { EvidenceRef, Location } from './diagnosis.ts';
import { endingOf, fails } from './ending.ts';
import { compareWithObservations, type Fit, fitsSymptom } from './fit.ts';
import type { ObservedFlow } from './observed-flow.ts';
import type { Answers } from './trace-flow.ts';
import { compareWithWitnesses } from './witness/compare-with-witnesses.ts';

/** A set of answers that deviates from what one expects, and what the model makes of it. */
export interface Candidate {
  readonly answers: Answers;
  /** Sum of the costs of its answers; 0 when nothing was assumed. */
  readonly cost: number;
  readonly trace: Trace;
  readonly outcome: Outcome;
  readonly causeId: string;
  readonly location: Location;
  readonly dropReason: string | null;
  readonly fit: Fit;
  /** How many packets were predicted before the one that failed: earlier drops mask later ones. */
  readonly depth: number;
}

/** A candidate with what speaks against it. */
export interface Refuted {
  readonly candidate: Candidate;
  readonly because: readonly EvidenceRef[];
}

export interface Judgement {
  readonly trace: Trace;
  /** Outcomes that predict the symptom and agree with everything that was seen. */
  readonly fitting: readonly Candidate[];
  /** Outcomes that predict the symptom and that something contradicts. */
  readonly refuted: readonly Refuted[];
}

/** Runs the model with these answers and holds every outcome against symptom and evidence. */
export function judge(diagnosticCase: DiagnosticCase, answers: Answers, cost: number): Judgement {
  const { network, flow, trace: run, symptom, observed, counters, witnesses } = diagnosticCase;
  const trace = run(network, flow, { answers });
  const fitting: Candidate[] = [];
  const refuted: Refuted[] = [];
  let controls: readonly EvidenceRef[] | null = null;
  for (const outcome of trace.outcomes) {
    const fits = fitsSymptom(outcome, symptom);
    // An answer nobody sees the effect of explains nothing; one with another effect is ruled out.
    if (!fits && (answers.size === 0 || !fails(outcome))) continue;
    const ending = endingOf(outcome);
    if (!ending) continue;
    const fit = joined([
      compareWithObservations(outcome, observed),
      compareWithCounters(ending, counters),
      ...compareWithWitnesses(ending, flow, witnesses),
    ]);
    const cause = causeOf(ending);
    const candidate: Candidate = {
      answers,
      cost,
      trace,
      outcome,
      causeId: cause.id,
      location: cause.location,
      dropReason: ending.dropReason,
      fit,
      depth: outcome.packets.reduce((sum, packet) => sum + packet.steps.length, 0),
    };
    controls ??= failingControls(diagnosticCase, answers);
    const because = [
      ...(fits ? [] : [otherSymptom(outcome, observed)]),
      ...fit.contradictions,
      ...controls,
    ];
    if (because.length === 0) fitting.push(candidate);
    else refuted.push({ candidate, because });
  }
  return { trace, fitting, refuted };
}

/** The client would see something else; the last line of its flow stands for what it saw. */
function otherSymptom({ client }: Outcome, { sightings }: ObservedFlow): EvidenceRef {
  const source = sightings.at(-1)?.source ?? BY_OPTION;
  return { source, shows: `other-symptom-${client}` };
}

const BY_OPTION: SourceRef = { file: '(option)', line: 0 };

function joined(fits: readonly Fit[]): Fit {
  return {
    supports: fits.flatMap(({ supports }) => supports),
    contradictions: fits.flatMap(({ contradictions }) => contradictions),
    doubts: fits.flatMap(({ doubts }) => doubts),
  };
}

/**
 * The flows that are known to work and that would fail, too, if these answers were true. One that
 * the model cannot make work by default says nothing about answers.
 */
function failingControls(
  { controls, network, trace: run }: DiagnosticCase,
  answers: Answers,
): readonly EvidenceRef[] {
  if (answers.size === 0) return [];
  return controls.flatMap(({ flow, source, observed }) => {
    const works = (given: Answers): boolean =>
      run(network, flow, { answers: given }).outcomes.some(
        (outcome) =>
          fitsSymptom(outcome, 'works') &&
          compareWithObservations(outcome, observed).contradictions.length === 0,
      );
    if (works(answers) || !works(new Map())) return [];
    return [{ source: source ?? BY_OPTION, shows: 'works' }];
  });
}
