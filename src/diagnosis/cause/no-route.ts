import { dropPlace } from './by-assumption.ts';
import { type Cause, endLocation } from './cause.ts';

const REASONS = new Set(['IP_INNOROUTES', 'IP_OUTNOROUTES']);
const ERRNOS = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EINVAL', 'EACCES', 'ENODEV']);

/**
 * A routing table has no way to the address, or a route or rule that refuses it. A local client
 * gets the error before any hook runs; of a translated or marked packet that is routed again, the
 * hook drops it. Linux: ip_route_output_key_hash_rcu(), ip_error(), ip_route_me_harder().
 */
export const NO_ROUTE: Cause = {
  id: 'no-route',
  locate: (ending) => {
    const action = ending.step?.action;
    const byErrno = action?.kind === 'socket-error' && ERRNOS.has(action.errno);
    const lookup = ending.packet.steps.findLast((step) => step.action.kind === 'route')?.action;
    const failedLookup = lookup?.kind === 'route' && lookup.result === 'error';
    const rerouted = dropPlace(ending).endsWith(' reroute');
    return REASONS.has(ending.dropReason ?? '') || (byErrno && failedLookup) || rerouted
      ? endLocation(ending)
      : null;
  },
};
