import { causeByReason } from './by-reason.ts';
import { type Cause, endLocation } from './cause.ts';

const BY_REASON = causeByReason('neighbour-failed', [
  'NEIGH_FAILED',
  'NEIGH_CREATEFAIL',
  'NEIGH_QUEUEFULL',
  'NEIGH_DEAD',
  'NO_TX_TARGET',
]);

/**
 * Nobody on the link answers for the next hop; of IPv6 the kernel names no reason.
 * Linux: neigh_event_send(), br_dev_xmit(), ndisc_error_report().
 */
export const NEIGHBOUR_FAILED: Cause = {
  id: BY_REASON.id,
  locate: (ending) => {
    const known = BY_REASON.locate(ending);
    if (known || ending.dropReason !== 'NOT_SPECIFIED') return known;
    const last = ending.packet.steps.at(-1)?.action;
    return last?.kind === 'neighbour' && last.mac === null ? endLocation(ending) : null;
  },
};
