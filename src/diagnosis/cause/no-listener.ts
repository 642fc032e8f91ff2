import { type Cause, endLocation } from './cause.ts';

/** The packet reached its address and no socket took it. Linux: tcp_v4_rcv(), udp_queue_rcv_skb(). */
export const NO_LISTENER: Cause = {
  id: 'no-listener',
  locate: (ending) =>
    ending.dropReason === 'NO_SOCKET' && ending.packet.direction === 'original'
      ? endLocation(ending)
      : null,
};
