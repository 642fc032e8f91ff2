import type { Claim } from './claim.ts';
import { POINTS_1_TO_7 } from './points-01-07.ts';
import { POINTS_8_TO_14 } from './points-08-14.ts';
import { POINTS_15_TO_21 } from './points-15-21.ts';

/** The whole checklist. */
export const CLAIMS: readonly Claim[] = [...POINTS_1_TO_7, ...POINTS_8_TO_14, ...POINTS_15_TO_21];
