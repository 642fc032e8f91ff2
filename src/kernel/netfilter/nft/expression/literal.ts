import { type Evaluated, type Interval, isSingle } from '../value.ts';

/** A constant; components may be intervals where a statement takes them (`dnat to A-B`). */
export interface LiteralExpression {
  readonly kind: 'literal';
  readonly value: readonly Interval[];
}

export function evaluateLiteral({ value }: LiteralExpression): Evaluated {
  return { kind: 'value', value: valueOfIntervals(value) };
}

/** An interval has no value of its own: as a scalar it is not known. */
export function valueOfIntervals(intervals: readonly Interval[]) {
  return intervals.map((interval) => (isSingle(interval) ? interval.first : null));
}
