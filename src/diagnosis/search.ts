import type { Question } from '../kernel/decide.ts';
import type { Trace } from '../trace/trace.ts';
import { type Candidate, type Judgement, judge, type Refuted } from './candidate.ts';
import type { DiagnosticCase } from './case.ts';
import type { Answers } from './trace-flow.ts';

/** What the search found. */
export interface SearchResult {
  /** The model with its defaults. */
  readonly base: Trace;
  /** One candidate for each cause and place; every set of answers is minimal. */
  readonly survivors: readonly Candidate[];
  readonly refuted: readonly Refuted[];
  /** The symptom follows from facts: no other answer to any question makes it go away. */
  readonly proven: boolean;
  /** True when there were more combinations than the limit. */
  readonly truncated: boolean;
}

interface Deviation {
  readonly id: string;
  readonly value: string;
  readonly cost: number;
}

const NO_ANSWERS: Answers = new Map();
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
    return {
      base: base.trace,
      survivors: distinct(base.fitting),
      refuted: distinctRefuted(refuted, base.fitting),
      proven: holdsForAll(diagnosticCase, base, singles),
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

/** Whether the symptom stays whatever one assumes instead: then nothing had to be assumed. */
function holdsForAll(
  { network, flow, trace }: DiagnosticCase,
  base: Judgement,
  singles: readonly Deviation[],
): boolean {
  if (base.trace.outcomes.some(({ client }) => client === 'connected' || client === 'unknown')) {
    return false;
  }
  return singles.every((single) =>
    trace(network, flow, { answers: answersOf([single]) }).outcomes.every(
      ({ client }) => client !== 'connected',
    ),
  );
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
