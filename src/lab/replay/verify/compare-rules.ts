import { factOf } from '../draft.ts';
import { entriesOf } from '../read/captured.ts';
import type { Line, NotRebuilt } from '../rebuild.ts';
import { ruleLines } from '../state/rules.ts';
import { TableNames } from '../state/table-names.ts';
import { differs } from './differs.ts';
import type { BothStates } from './verify.ts';

/** Routing rules of both families, as sets: each has its priority. */
export function compareRules({ plan, wanted, found }: BothStates): readonly NotRebuilt[] {
  return ([4, 6] as const).flatMap((family): readonly NotRebuilt[] => {
    const name = family === 4 ? 'ip-rule' : 'ip6-rule';
    const tables = new TableNames();
    const lines = (netns: BothStates['found']): readonly Line[] | null => {
      const entries = entriesOf(netns, name, () => {});
      return entries && ruleLines(plan, entries, family, tables, () => {});
    };
    const listed = lines(wanted);
    const there = lines(found);
    if (!listed || !there) return [];
    const without = (a: readonly Line[], b: readonly Line[]): readonly Line[] =>
      a.filter(({ text }) => !b.some((other) => other.text === text));
    return [
      ...without(listed, there).map(({ text, fact }) => differs(fact, text, null)),
      ...without(there, listed).map(({ text, fact }) =>
        differs(factOf(plan, 'rule', fact.subject, { family }), null, text),
      ),
    ];
  });
}
