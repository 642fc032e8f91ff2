import type { Candidate } from './candidate.ts';

/** A survivor with how likely it is among all that is left and what nobody thought of. */
export interface Ranked {
  readonly candidate: Candidate;
  /** 0..1; 1 only when proven. */
  readonly confidence: number;
}

/** What is kept for explanations that the model does not have, as the weight of one of cost 5. */
const UNTHOUGHT_OF = weightOf(5);
/** How much less likely an explanation is for each observation that speaks against it. */
const DOUBT = 0.25;

/**
 * Orders the survivors: cheap assumptions first, doubted ones later. Of equals the one that ends
 * the packet earlier comes first, because while it holds, a later one cannot show itself.
 * @param failures how many tries failed: a cause of one connection must have struck each of them
 */
export function rank(
  survivors: readonly Candidate[],
  proven: boolean,
  failures: number,
): readonly Ranked[] {
  const weighed = survivors
    .map((candidate) => ({ candidate, weight: weigh(candidate, failures) }))
    .sort((a, b) => b.weight - a.weight || a.candidate.depth - b.candidate.depth);
  const total = weighed.reduce((sum, { weight }) => sum + weight, 0);
  return weighed.map(({ candidate, weight }) => ({
    candidate,
    confidence: proven ? weight / total : round(weight / (total + UNTHOUGHT_OF)),
  }));
}

function weigh(candidate: Candidate, failures: number): number {
  const perConnection = [...candidate.outcome.assumptions].some(
    ({ topic, isDefault }) => topic === 'conntrack-entry' && !isDefault,
  );
  const cost = candidate.cost * (perConnection ? Math.max(1, failures) : 1);
  return (
    weightOf(cost) *
    DOUBT ** candidate.fit.doubts.length *
    Math.max(candidate.outcome.probability, 0.01)
  );
}

function weightOf(cost: number): number {
  return 2 ** -cost;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
