import { assumed } from './by-assumption.ts';
import { type Cause, endLocation } from './cause.ts';

/** The endpoint that the rules choose is not there, or does not listen. */
export const ENDPOINT_GONE: Cause = {
  id: 'endpoint-gone',
  locate: (ending) =>
    assumed(ending, 'endpoint-pod') || assumed(ending, 'socket') ? endLocation(ending) : null,
};
