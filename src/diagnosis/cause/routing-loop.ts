import { type Cause, endLocation } from './cause.ts';

/** The packet comes back to where it was. */
export const ROUTING_LOOP: Cause = {
  id: 'routing-loop',
  locate: (ending) => (ending.packet.disposition === 'looped' ? endLocation(ending) : null),
};
