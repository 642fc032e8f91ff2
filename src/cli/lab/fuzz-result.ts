import type { OpenQuestion } from '../../agreement/agreement.ts';
import type { Disagreement, FuzzedCase } from './fuzz-case.ts';

/** What a run came to. */
export interface FuzzResult {
  readonly seed: number;
  readonly seconds: number;
  readonly networks: number;
  readonly flows: number;
  readonly agreed: number;
  readonly open: number;
  readonly unstable: number;
  /** Networks that could not be built or watched, and why. */
  readonly failures: readonly { readonly number: number; readonly message: string }[];
  readonly disagreements: readonly Disagreement[];
  /** How often each came up: what the generators reach. */
  readonly outcomes: Counts;
  readonly dropReasons: Counts;
  readonly tolerated: Counts;
  readonly openBecause: Counts;
}

export type Counts = Readonly<Record<string, number>>;

/** Adds up what happened to all flows. */
export function countFuzzed(
  seed: number,
  seconds: number,
  cases: readonly FuzzedCase[],
): FuzzResult {
  const flows = cases.flatMap((one) => one.flows);
  const stable = flows.filter(({ unstable }) => !unstable);
  const ofKind = (kind: 'agree' | 'open'): number =>
    stable.filter(({ agreement }) => agreement.kind === kind).length;
  return {
    seed,
    seconds,
    networks: cases.length,
    flows: flows.length,
    agreed: ofKind('agree'),
    open: ofKind('open'),
    unstable: flows.length - stable.length,
    failures: cases.flatMap(({ number, failure }) =>
      failure === null ? [] : [{ number, message: failure }],
    ),
    disagreements: cases.flatMap(({ disagreements }) => disagreements),
    outcomes: count(flows.map(({ report }) => report.client.outcome)),
    dropReasons: count(
      flows.flatMap(({ report }) => [...new Set(report.drops.map(({ reason }) => reason))]),
    ),
    tolerated: count(
      flows.flatMap(({ agreement }) => [...new Set(agreement.tolerated.map(({ rule }) => rule))]),
    ),
    openBecause: count(
      flows.flatMap(({ agreement }) =>
        agreement.kind === 'open' ? [...new Set(agreement.questions.map(nameOf))] : [],
      ),
    ),
  };
}

function nameOf(question: OpenQuestion): string {
  switch (question.kind) {
    case 'assumption':
      return question.assumption.topic;
    case 'unsupported':
      return question.construct;
    case 'truncated':
    case 'unknown-end':
      return question.kind;
  }
}

function count(names: readonly string[]): Counts {
  const counts: Record<string, number> = {};
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1;
  return Object.fromEntries(Object.entries(counts).sort(([, a], [, b]) => b - a));
}
