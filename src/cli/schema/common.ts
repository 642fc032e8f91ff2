import { z } from 'zod';

/** Parts that several schemas share. Objects are strict: an unlisted field is a mistake of ours. */

export const source = z
  .strictObject({ file: z.string(), line: z.int().min(0) })
  .describe('where a fact was read; lines count from 1');

export const sourceWithText = z.strictObject({
  file: z.string(),
  line: z.int().min(0),
  text: z.string().optional(),
});

export const ipAddress = z.union([z.ipv4(), z.ipv6()]);

export const port = z.int().min(0).max(65535);

export const verdict = z
  .enum(['reachable', 'unreachable', 'ambiguous', 'undetermined'])
  .describe(
    'ambiguous: a random choice of the kernel decides; undetermined: an unknown fact decides',
  );

export const netnsRef = z.strictObject({ node: z.string(), netns: z.string().nullable() });
