import { type Cause, endLocation } from './cause.ts';

/**
 * The reply came to the client with an address that its socket does not know: it went around the
 * node that translated the request.
 */
export const REPLY_NOT_TRANSLATED: Cause = {
  id: 'reply-not-translated',
  locate: (ending) =>
    ending.dropReason === 'NO_SOCKET' && ending.packet.direction === 'reply'
      ? endLocation(ending)
      : null,
};
