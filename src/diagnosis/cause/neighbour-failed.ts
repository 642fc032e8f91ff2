import { causeByReason } from './by-reason.ts';

/** Nobody on the link answers for the next hop. Linux: neigh_event_send(), br_dev_xmit(). */
export const NEIGHBOUR_FAILED = causeByReason('neighbour-failed', [
  'NEIGH_FAILED',
  'NEIGH_CREATEFAIL',
  'NEIGH_QUEUEFULL',
  'NEIGH_DEAD',
  'NO_TX_TARGET',
]);
