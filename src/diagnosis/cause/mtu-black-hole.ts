import { causeByReason } from './by-reason.ts';

/** The packet is larger than the next device takes and may not be split. Linux: ip_forward(). */
export const MTU_BLACK_HOLE = causeByReason('mtu-black-hole', ['PKT_TOO_BIG']);
