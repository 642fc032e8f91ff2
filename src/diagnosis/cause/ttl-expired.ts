import { causeByReason } from './by-reason.ts';

/** The packet crossed too many routers. Linux: ip_forward(). */
export const TTL_EXPIRED = causeByReason('ttl-expired', ['IP_INHDR']);
