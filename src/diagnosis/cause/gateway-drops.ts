import { dropPlace } from './by-assumption.ts';
import { type Cause, endLocation } from './cause.ts';

/** A gateway outside the snapshot got a packet for an address that it does not know. */
export const GATEWAY_DROPS: Cause = {
  id: 'gateway-drops',
  locate: (ending) => (dropPlace(ending).startsWith('gateway ') ? endLocation(ending) : null),
};
