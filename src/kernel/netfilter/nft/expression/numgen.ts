import { askHere, type RuleScope } from '../rule-scope.ts';
import { type Evaluated, known, UNKNOWN_VALUE } from '../value.ts';

/** `numgen random|inc mod N offset K`: gives K to K+N-1. Linux: struct nft_ng_random. */
export interface NumgenExpression {
  readonly kind: 'numgen';
  readonly mode: 'random' | 'inc';
  readonly modulus: number;
  readonly offset: number;
}

/** A result of a random choice and how many of the modulus' numbers lead to it. */
export interface Weighted<T> {
  /** The answer's name: the number, or the first number that leads to it. */
  readonly name: string;
  readonly weight: number;
  readonly result: T;
}

/** Most numbers that are followed one by one; more are grouped by what they lead to. */
const MAX_FOLLOWED = 256;

/**
 * Every number on its own. `inc` counts packets, so for one packet it is as good as random.
 * Linux: nft_ng_random_eval(), nft_ng_inc_eval().
 */
export function evaluateNumgen(numgen: NumgenExpression, scope: RuleScope): Evaluated {
  const { modulus, offset } = numgen;
  if (modulus > MAX_FOLLOWED) return UNKNOWN_VALUE;
  const numbers = Array.from({ length: Math.max(modulus, 1) }, (_, i) => offset + i);
  const weighted = numbers.map((n) => ({ name: String(n), weight: 1, result: n }));
  return known(drawWeighted(scope, numgen, weighted) ?? offset);
}

/** Asks which of the results the kernel draws; null when there are none. */
export function drawWeighted<T>(
  scope: RuleScope,
  { mode, modulus }: NumgenExpression,
  results: readonly Weighted<T>[],
): T | null {
  const possible = results.filter(({ weight }) => weight > 0);
  const [first] = possible;
  if (!first) return null;
  if (possible.length === 1) return first.result;
  const answer = askHere(scope, {
    kind: 'random',
    topic: 'random-match',
    about: `numgen ${mode}`,
    anew: true,
    options: possible.map(({ name, weight }) => ({
      value: name,
      probability: weight / modulus,
      cost: 0,
    })),
  });
  return (possible.find(({ name }) => name === answer.value) ?? first).result;
}
