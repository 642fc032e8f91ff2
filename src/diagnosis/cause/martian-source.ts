import { causeByReason } from './by-reason.ts';

/** The source is one of the node's own addresses, or none at all. Linux: fib_validate_source(). */
export const MARTIAN_SOURCE = causeByReason('martian-source', [
  'IP_LOCAL_SOURCE',
  'IP_INVALID_SOURCE',
]);
