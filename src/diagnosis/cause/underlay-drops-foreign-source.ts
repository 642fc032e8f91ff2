import { assumed, dropPlace } from './by-assumption.ts';
import { type Cause, NOWHERE } from './cause.ts';
import { segmentOfPlace } from './underlay-drops.ts';

/** The fabric takes only packets whose source is the sending host's own address. */
export const UNDERLAY_DROPS_FOREIGN_SOURCE: Cause = {
  id: 'underlay-drops-foreign-source',
  locate: (ending) => {
    const segment = segmentOfPlace(dropPlace(ending));
    if (segment === null) return null;
    const check = assumed(ending, 'underlay', ({ questionId }) =>
      questionId.endsWith(':foreign-source'),
    );
    return check ? { ...NOWHERE, segment } : null;
  },
};
