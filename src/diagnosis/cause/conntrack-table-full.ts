import { dropPlace } from './by-assumption.ts';
import { type Cause, endLocation } from './cause.ts';

/**
 * The connection table has no room for a new connection: its first packet is dropped.
 * Linux: __nf_conntrack_alloc(), "nf_conntrack: table full, dropping packet".
 */
export const CONNTRACK_TABLE_FULL: Cause = {
  id: 'conntrack-table-full',
  locate: (ending) => (dropPlace(ending).endsWith('table full') ? endLocation(ending) : null),
};
