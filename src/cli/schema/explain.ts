import { z } from 'zod';

export const EXPLAIN_SCHEMA = 'hookline/explain/v1';

/** `hookline explain --json`. */
export const explainSchema = z.strictObject({
  schema: z.literal(EXPLAIN_SCHEMA),
  entries: z.array(
    z.strictObject({
      term: z.string(),
      kind: z.enum([
        'drop reason',
        'hook',
        'table',
        'chain',
        'sysctl',
        'cause',
        'connection state',
        'disposition',
      ]),
      short: z.string(),
      meaning: z.string(),
      where: z.string().describe('the kernel function, or the program and object, that does it'),
      seen: z.string(),
      usual: z.string(),
      check: z.array(z.string()),
    }),
  ),
});
