import { z } from 'zod';

/** Parts that the schemas of the laboratory's commands share. */

export const clientOutcome = z
  .enum(['connected', 'stalled', 'refused', 'timeout', 'unreachable', 'not-permitted'])
  .describe('stalled: connected, and no answer to what was sent');

export const mismatchSchema = z.strictObject({
  what: z.enum(['client', 'errno', 'drop-reason', 'place', 'source-at-endpoint', 'control']),
  expected: z.string(),
  found: z.string(),
});
