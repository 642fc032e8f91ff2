import type { Verification } from './verification.ts';

export const LAB_VERIFY_SCHEMA = 'hookline/lab-verify/v1';

/** Verified incidents as other programs read them. */
export interface VerifyJson {
  readonly schema: typeof LAB_VERIFY_SCHEMA;
  /** Whether all that could run hold. */
  readonly hold: boolean;
  readonly incidents: readonly Verification[];
}

export function verifyJson(incidents: readonly Verification[]): VerifyJson {
  return {
    schema: LAB_VERIFY_SCHEMA,
    hold: incidents.every(({ faults }) => faults.length === 0),
    incidents,
  };
}
