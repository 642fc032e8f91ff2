import { type Cause, endLocation } from './cause.ts';

/** The packet met something that the model does not know; the trace names it. */
export const NOT_MODELLED: Cause = {
  id: 'not-modelled',
  locate: (ending) => (ending.packet.disposition === 'unknown' ? endLocation(ending) : null),
};
