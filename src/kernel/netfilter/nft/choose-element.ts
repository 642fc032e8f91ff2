import { OPEN_QUESTION } from '../../decide.ts';
import type { Expression } from './expression/expression.ts';
import { drawWeighted, type NumgenExpression, type Weighted } from './expression/numgen.ts';
import { askHere, type RuleScope } from './rule-scope.ts';
import { elementsOf, lookUp, type NftElement, type NftSet } from './set.ts';
import { addedInRun } from './set-changes.ts';
import { formatPart, type Interval, isSingle } from './value.ts';

/**
 * The element of a set that a packet's key meets, or null. Where the kernel draws the key, or
 * where it is not wholly known, the answer is asked for.
 */
export function chooseElement(key: Expression, set: NftSet, scope: RuleScope): NftElement | null {
  if (key.kind === 'numgen') return drawElement(key, set, scope);
  const evaluated = scope.evaluate(key);
  if (evaluated.kind === 'break') return null;
  const added = addedInRun(scope.run, set, evaluated.value);
  if (added !== undefined) return added;
  const found = lookUp(set, evaluated.value);
  switch (found.kind) {
    case 'found':
      return found.element;
    case 'missing':
      return null;
    case 'unknown':
      return askWhichElement(found.candidates, scope);
  }
}

/**
 * The element as a rule that goes on with it needs it: its limit or quota may end the rule.
 * Linux: nft_set_elem_update_expr().
 */
export function useElement(key: Expression, set: NftSet, scope: RuleScope): NftElement | null {
  const element = chooseElement(key, set, scope);
  if (element === null || !set.limits) return element;
  const answer = askHere(scope, {
    kind: 'unknown',
    topic: 'match',
    about: 'element limit',
    options: OPEN_QUESTION,
  });
  return answer.value === 'yes' ? element : null;
}

/** One option for each element, weighted by the numbers that lead to it, and one for none. */
function drawElement(numgen: NumgenExpression, set: NftSet, scope: RuleScope): NftElement | null {
  const { offset, modulus } = numgen;
  const drawn: Interval = { first: offset, last: offset + Math.max(modulus, 1) - 1 };
  const results: Weighted<NftElement | null>[] = [];
  let rest = Math.max(modulus, 1);
  for (const element of elementsOf(set)) {
    const interval = element.key[0];
    if (!interval || element === set.catchAll) continue;
    const weight = overlap(interval, drawn);
    rest -= weight;
    results.push({ name: formatPart(interval.first), weight, result: element });
  }
  results.push({ name: 'none', weight: rest, result: set.catchAll });
  return drawWeighted(scope, numgen, results);
}

/** How many integers two intervals share. */
export function overlap(a: Interval, b: Interval): number {
  if (typeof a.first !== 'number' || typeof a.last !== 'number') return 0;
  if (typeof b.first !== 'number' || typeof b.last !== 'number') return 0;
  return Math.max(0, Math.min(a.last, b.last) - Math.max(a.first, b.first) + 1);
}

function askWhichElement(candidates: readonly NftElement[], scope: RuleScope): NftElement | null {
  const named = candidates.map((element) => ({ name: describeKey(element), element }));
  const answer = askHere(scope, {
    kind: 'unknown',
    topic: 'match',
    about: 'element',
    options: [...named.map(({ name }) => name), 'none'].map((value) => ({
      value,
      probability: 1,
      cost: 0,
    })),
  });
  return named.find(({ name }) => name === answer.value)?.element ?? null;
}

function describeKey(element: NftElement): string {
  const parts = element.key.map((interval) =>
    isSingle(interval)
      ? formatPart(interval.first)
      : `${formatPart(interval.first)}-${formatPart(interval.last)}`,
  );
  return parts.join(' . ');
}
