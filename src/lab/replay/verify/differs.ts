import type { Fact, NotRebuilt } from '../rebuild.ts';

/** A fact of which the kernel holds something else. Null: nothing. */
export function differs(fact: Fact, expected: string | null, found: string | null): NotRebuilt {
  return { ...fact, why: { kind: 'differs', expected, found } };
}
