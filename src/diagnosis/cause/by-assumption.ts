import type { Topic } from '../../kernel/decide.ts';
import type { Assumption } from '../../trace/trace.ts';
import type { Ending } from '../ending.ts';

/** The deviating answer of a topic that the outcome rests on, or null. */
export function assumed(
  ending: Ending,
  topic: Topic,
  test: (assumption: Assumption) => boolean = () => true,
): Assumption | null {
  return (
    ending.assumptions.find((assumption) => assumption.topic === topic && test(assumption)) ?? null
  );
}

/** What the drop step says of its place, e.g. `underlay u0`. */
export function dropPlace(ending: Ending): string {
  return ending.step?.action.kind === 'drop' ? ending.step.action.at : '';
}
