import { causeByReason } from './by-reason.ts';

/** A destination that may not come from outside, such as 127/8 without route_localnet. */
export const MARTIAN_DESTINATION = causeByReason('martian-destination', [
  'IP_INVALID_DEST',
  'IP_LOCALNET',
]);
