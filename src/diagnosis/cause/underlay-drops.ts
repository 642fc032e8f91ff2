import { dropPlace } from './by-assumption.ts';
import { type Cause, NOWHERE } from './cause.ts';

/** The fabric drops everything, or the port of the overlay. */
export const UNDERLAY_DROPS: Cause = {
  id: 'underlay-drops',
  locate: (ending) => {
    const segment = segmentOfPlace(dropPlace(ending));
    return segment === null ? null : { ...NOWHERE, segment };
  },
};

const PLACE = 'underlay ';

/** The segment that a drop step's place names, or null when it is not one. */
export function segmentOfPlace(place: string): string | null {
  return place.startsWith(PLACE) ? place.slice(PLACE.length) : null;
}
