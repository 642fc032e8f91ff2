import { type Cause, endLocation } from './cause.ts';

/** The client's own call failed: a rule in OUTPUT dropped its packet. Linux: nf_hook_slow(). */
export const SEND_NOT_PERMITTED: Cause = {
  id: 'send-not-permitted',
  locate: (ending) =>
    ending.step?.action.kind === 'socket-error' && ending.step.action.errno === 'EPERM'
      ? endLocation(ending)
      : null,
};
