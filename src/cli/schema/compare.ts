import { z } from 'zod';
import { COMPARE_SCHEMA, type Comparison } from '../../report/compare/comparison.ts';

const sideSchema = z.strictObject({ title: z.string(), result: z.string() });

/** `hookline compare --json`. */
export const compareSchema = z.strictObject({
  schema: z.literal(COMPARE_SCHEMA),
  a: sideSchema,
  b: sideSchema,
  rows: z.array(
    z.strictObject({
      packet: z.string(),
      place: z.string(),
      step: z.string(),
      a: z.string().nullable(),
      b: z.string().nullable(),
      absent: z
        .enum(['does-not-happen', 'not-seen', 'not-watched'])
        .nullable()
        .describe('why one of a and b is null'),
      differs: z.boolean(),
      fields: z.array(z.strictObject({ field: z.string(), a: z.string(), b: z.string() })),
    }),
  ),
  firstDivergence: z.int().nullable().describe('an index into rows'),
}) satisfies z.ZodType<Comparison>;
