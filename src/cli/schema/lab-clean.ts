import { z } from 'zod';

export const LAB_CLEAN_SCHEMA = 'hookline/lab-clean/v1';

/** `hookline lab clean --json`. */
export const labCleanSchema = z.strictObject({
  schema: z.literal(LAB_CLEAN_SCHEMA),
  ended: z
    .array(
      z.strictObject({
        pid: z.int(),
        enter: z.array(z.string()),
        startTime: z.string(),
        namespaces: z.array(z.string()),
      }),
    )
    .describe('laboratories that were kept and stood'),
  instances: z.array(z.string()).describe('trace instances of laboratories that were killed'),
  failed: z.array(z.strictObject({ what: z.string(), why: z.string() })),
});
