import type { Question } from '../kernel/decide.ts';
import type { Outcome, Trace } from '../trace/trace.ts';
import { type Candidate, type Judgement, judge, type Refuted } from './candidate.ts';
import type { DiagnosticCase } from './case.ts';
import { fails } from './ending.ts';
import { compareWithObservations } from './fit.ts';
import type { Answers } from './trace-flow.ts';

/** What the search found. */
export interface SearchResult {
  /** The model with its defaults. */
  readonly base: Trace;
  /** One candidate for each cause and place; every set of answers is minimal. */
  readonly survivors: readonly Candidate[];
  readonly refuted: readonly Refuted[];
  /** The symptom and its place follow from facts: no other answer to any question changes them. */
  readonly proven: boolean;
  /** Questions whose usual answer makes the symptom, or its place, what it is by default. */
  readonly hinges: ReadonlySet<string>;
  /** True when there were more combinations than the limit. */
  readonly truncated: boolean;
}

interface Deviation {
  readonly id: string;
  readonly value: string;
  readonly cost: number;
}

const NO_ANSWERS: Answers = new Map();
const NO_HINGES: ReadonlySet<string> = new Set();
/** Model runs one search may take; a run is well under a millisecond. */
const MAX_RUNS = 2000;

/**
 * Relaxes the model's assumptions, one at a time and cheapest first, then in pairs, until the
 * prediction fits what was seen. Questions that come up only after a deviation join in pairs.
 */
export function search(diagnosticCase: DiagnosticCase): SearchResult {
  let runs = 0;
  const refuted: Refuted[] = [];
  const run = (answers: Answers, cost: number): Judgement => {
    runs += 1 + diagnosticCase.controls.length;
    const judgement = judge(diagnosticCase, answers, cost);
    refuted.push(...judgement.refuted);
    return judgement;
  };
  const base = run(NO_ANSWERS, 0);
  const singles = deviationsOf(base.trace.questions);
  if (base.fitting.length > 0) {
    const { hinges, elsewhere } = hingesOf(diagnosticCase, base, singles, run);
    const survivors = distinct([...base.fitting, ...elsewhere]);
    return {
      base: base.trace,
      survivors,
      refuted: distinctRefuted(refuted, survivors),
      proven: hinges.size === 0 && base.trace.outcomes.every(fails),
      hinges,
      truncated: base.trace.truncated,
    };
  }
  const survivors: Candidate[] = [];
  const seconds = new Map<string, readonly Deviation[]>();
  for (const single of singles) {
    const { trace, fitting } = run(answersOf([single]), single.cost);
    survivors.push(...fitting);
    seconds.set(keyOf(single), deviationsOf(trace.questions));
  }
  let truncated = base.trace.truncated;
  if (survivors.length === 0) {
    for (const [first, second] of pairs(singles, seconds)) {
      if (runs >= MAX_RUNS) {
        truncated = true;
        break;
      }
      const { fitting } = run(answersOf([first, second]), first.cost + second.cost);
      survivors.push(...fitting);
    }
  }
  const kept = distinct(survivors);
  return {
    base: base.trace,
    survivors: kept,
    refuted: distinctRefuted(refuted, kept),
    proven: false,
    hinges: NO_HINGES,
    truncated,
  };
}

/** The cost of a common deviation; see `Option.cost`. */
const COMMON = 1;

/**
 * What a flow that works by default hangs on: facts that are not known and whose common other
 * answer makes it fail. Nobody reported a failure, so that rare answers are not looked for.
 */
export function openQuestions(diagnosticCase: DiagnosticCase): SearchResult {
  const base = judge(diagnosticCase, NO_ANSWERS, 0);
  const singles = deviationsOf(base.trace.questions).filter(({ cost }) => cost <= COMMON);
  const judged = singles.map((single) => judge(diagnosticCase, answersOf([single]), single.cost));
  const survivors = distinct(judged.flatMap(({ fitting }) => fitting));
  return {
    base: base.trace,
    survivors,
    refuted: distinctRefuted(
      judged.flatMap(({ refuted }) => refuted),
      survivors,
    ),
    proven: false,
    hinges: NO_HINGES,
    truncated: base.trace.truncated,
  };
}

/** Every answer that is not what one expects, cheapest first. */
function deviationsOf(questions: readonly Question[]): readonly Deviation[] {
  return questions
    .filter(({ kind }) => kind === 'unknown')
    .flatMap(({ id, options }) =>
      options
        .slice(1)
        .filter(({ cost }) => cost > 0)
        .map(({ value, cost }) => ({ id, value, cost })),
    )
    .sort((a, b) => a.cost - b.cost);
}

/** Pairs of deviations about two questions, cheapest first, each once. */
function pairs(
  singles: readonly Deviation[],
  seconds: ReadonlyMap<string, readonly Deviation[]>,
): readonly (readonly [Deviation, Deviation])[] {
  const seen = new Set<string>();
  const found: (readonly [Deviation, Deviation])[] = [];
  for (const first of singles) {
    for (const second of seconds.get(keyOf(first)) ?? []) {
      const key = [keyOf(first), keyOf(second)].sort().join(' + ');
      if (first.id === second.id || seen.has(key)) continue;
      seen.add(key);
      found.push([first, second]);
    }
  }
  return found.sort((a, b) => a[0].cost + a[1].cost - (b[0].cost + b[1].cost));
}

function keyOf({ id, value }: Deviation): string {
  return `${id}=${value}`;
}

function answersOf(deviations: readonly Deviation[]): Answers {
  return new Map(deviations.map(({ id, value }) => [id, value]));
}

/**
 * The questions that a predicted failure hangs on: another answer lets the flow live, or leaves
 * open what becomes of it, or, if that answer is common, makes it fail elsewhere.
 */
function hingesOf(
  { network, flow, trace, observed }: DiagnosticCase,
  base: Judgement,
  singles: readonly Deviation[],
  run: (answers: Answers, cost: number) => Judgement,
): { readonly hinges: ReadonlySet<string>; readonly elsewhere: readonly Candidate[] } {
  const hinges = new Set<string>();
  const elsewhere: Candidate[] = [];
  const places = new Set(base.fitting.map(placeKey));
  // Where some branch lives already, what else would is no news.
  const certain = base.trace.outcomes.every(fails);
  // What the lines contradict is no alternative.
  const letsLive = (outcomes: readonly Outcome[]): boolean =>
    certain &&
    outcomes.some(
      (outcome) =>
        !fails(outcome) && compareWithObservations(outcome, observed).contradictions.length === 0,
    );
  for (const single of singles) {
    const answers = answersOf([single]);
    if (single.cost > COMMON) {
      if (letsLive(trace(network, flow, { answers }).outcomes)) hinges.add(single.id);
      continue;
    }
    const { trace: other, fitting } = run(answers, single.cost);
    const moved = fitting.filter((candidate) => !places.has(placeKey(candidate)));
    elsewhere.push(...moved);
    if (moved.length > 0 || letsLive(other.outcomes)) hinges.add(single.id);
  }
  return { hinges, elsewhere };
}

/** The cheapest candidate of each cause and place. */
function distinct(candidates: readonly Candidate[]): readonly Candidate[] {
  const best = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const key = placeKey(candidate);
    const other = best.get(key);
    if (!other || candidate.cost < other.cost) best.set(key, candidate);
  }
  return [...best.values()];
}

/** What was refuted, each cause and place once, without those that also survive. */
function distinctRefuted(
  refuted: readonly Refuted[],
  survivors: readonly Candidate[],
): readonly Refuted[] {
  const surviving = new Set(survivors.map(placeKey));
  const best = new Map<string, Refuted>();
  for (const one of refuted) {
    const key = placeKey(one.candidate);
    const other = best.get(key);
    if (surviving.has(key) || (other && other.candidate.cost <= one.candidate.cost)) continue;
    best.set(key, one);
  }
  return [...best.values()];
}

function placeKey({ causeId, location, dropReason }: Candidate): string {
  // The catch-all cause is told apart by its reason alone.
  return JSON.stringify([causeId, location, causeId === 'dropped' ? dropReason : null]);
}
