import { type Cause, endLocation } from './cause.ts';

/** A cause that the kernel's drop reason alone names. */
export function causeByReason(id: string, reasons: readonly string[]): Cause {
  return {
    id,
    locate: (ending) =>
      ending.dropReason !== null && reasons.includes(ending.dropReason)
        ? endLocation(ending)
        : null,
  };
}
