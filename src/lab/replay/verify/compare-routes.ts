import { factOf } from '../draft.ts';
import { entriesOf } from '../read/captured.ts';
import type { NotRebuilt } from '../rebuild.ts';
import { isTooMuch, routeLines } from '../state/routes.ts';
import { TableNames } from '../state/table-names.ts';
import { differs } from './differs.ts';
import type { BothStates } from './verify.ts';

/** Routes of all tables and both families, in the words that made them. */
export function compareRoutes({ plan, found }: BothStates): readonly NotRebuilt[] {
  const families = new Set(plan.routes.map(({ fact }) => fact.family));
  const there = new Map(
    ([4, 6] as const).flatMap((family) => {
      const name = family === 4 ? 'ip-route' : 'ip6-route';
      const entries = entriesOf(found, name, () => {});
      if (!entries || !families.has(family)) return [];
      const lines = routeLines(plan, entries, family, new TableNames(), () => {});
      return lines.map((line) => [line.text, line] as const);
    }),
  );
  const wanted = new Set(plan.routes.map(({ text }) => text));
  return [
    ...plan.routes
      .filter(({ text, fact }) => !there.has(text) && isRead(found, fact.family))
      .map(({ text, fact }) => differs(fact, text, null)),
    ...[...there.values()]
      .filter(
        ({ text, fact }) =>
          !wanted.has(text) && isTooMuch(text, plan.routes, fact.family === 6 ? 6 : 4),
      )
      .map(({ text, fact }) => {
        const { device, family } = fact;
        return differs(factOf(plan, 'route', fact.subject, { device, family }), null, text);
      }),
  ];
}

function isRead({ files }: BothStates['found'], family: 4 | 6 | null): boolean {
  return files.has(family === 6 ? 'ip6-route' : 'ip-route');
}
