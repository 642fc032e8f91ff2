import { type Cause, endLocation } from './cause.ts';

/** Any other end: the kernel's drop reason says all that is known. */
export const DROPPED: Cause = { id: 'dropped', locate: endLocation };
