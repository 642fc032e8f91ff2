import { causeByReason } from './by-reason.ts';

/** The node does not route between devices. Linux: ip_route_input_slow(), ip_error(). */
export const IP_FORWARD_OFF = causeByReason('ip-forward-off', ['IP_INADDRERRORS']);
