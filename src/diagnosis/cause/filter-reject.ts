import { type Cause, endLocation } from './cause.ts';

/** A REJECT rule refused the packet and answered it. */
export const FILTER_REJECT: Cause = {
  id: 'filter-reject',
  locate: (ending) => (ending.packet.disposition === 'rejected' ? endLocation(ending) : null),
};
