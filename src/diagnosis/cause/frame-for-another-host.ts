import { causeByReason } from './by-reason.ts';

/** The frame's destination address is not this device's. Linux: ip_rcv_core(). */
export const FRAME_FOR_ANOTHER_HOST = causeByReason('frame-for-another-host', ['OTHERHOST']);
