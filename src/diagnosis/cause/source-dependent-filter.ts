import { assumed, dropPlace } from './by-assumption.ts';
import { type Cause, NOWHERE } from './cause.ts';
import { hookOfPlace } from './filter-drop.ts';

/** Rules that were not collected, and that drop packets of this source only. */
export const SOURCE_DEPENDENT_FILTER: Cause = {
  id: 'source-dependent-filter',
  locate: (ending) => {
    const filter = assumed(ending, 'ruleset', ({ questionId }) => questionId.includes(':source:'));
    if (!filter) return null;
    return { ...NOWHERE, where: filter.where, hook: hookOfPlace(dropPlace(ending)) };
  },
};
