import { useElement } from '../choose-element.ts';
import type { RuleScope } from '../rule-scope.ts';
import type { NftSet } from '../set.ts';
import { BREAK, type Evaluated, type Interval } from '../value.ts';
import type { Expression } from './expression.ts';
import { valueOfIntervals } from './literal.ts';

/** `KEY map { ... }`: the value a key maps to. Linux: struct nft_lookup with a destination. */
export interface MapExpression {
  readonly kind: 'map';
  readonly key: Expression;
  readonly map: NftSet;
}

/** A key that the map lacks ends the rule. Linux: nft_lookup_eval(). */
export function evaluateMap(expression: MapExpression, scope: RuleScope): Evaluated {
  const data = mappedIntervals(expression, scope);
  return data === null ? BREAK : { kind: 'value', value: valueOfIntervals(data) };
}

/** The mapped value with its ranges, for NAT; null when the key is not in the map. */
export function mappedIntervals(
  { key, map }: MapExpression,
  scope: RuleScope,
): readonly Interval[] | null {
  const data = useElement(key, map, scope)?.data;
  return data?.kind === 'value' ? data.value : null;
}
