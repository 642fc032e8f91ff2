import { type Cause, endLocation } from './cause.ts';

/**
 * Source validation dropped the packet: its source is not reached by the device it came in on.
 * For a reply the check sees the endpoint's own address, because the translation is undone later.
 * Linux: fib_validate_source().
 */
export const RP_FILTER_STRICT: Cause = {
  id: 'rp-filter-strict',
  locate: (ending) => {
    if (ending.dropReason !== 'IP_RPFILTER') return null;
    return { ...endLocation(ending), hook: null, rule: null };
  },
};
