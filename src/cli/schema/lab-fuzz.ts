import { z } from 'zod';

export const LAB_FUZZ_SCHEMA = 'hookline/lab-fuzz/v1';

const counts = z.record(z.string(), z.int().min(1));

/** `hookline lab fuzz --json`. */
export const labFuzzSchema = z.strictObject({
  schema: z.literal(LAB_FUZZ_SCHEMA),
  seed: z.int().min(0),
  seconds: z.number(),
  networks: z.int().min(0),
  flows: z.int().min(0),
  agreed: z.int().min(0),
  open: z.int().min(0).describe('the model rests on something that no fact gives'),
  unstable: z.int().min(0).describe('the kernel did something else when it was sent again'),
  failures: z
    .array(z.strictObject({ number: z.int(), message: z.string() }))
    .describe('networks that could not be built or watched'),
  disagreements: z.array(
    z.strictObject({
      case: z.int().describe('repeats it: --seed SEED --case CASE'),
      flow: z.looseObject({ id: z.string(), from: z.string(), to: z.string() }),
      differences: z.array(z.looseObject({ kind: z.string() })),
      shrunk: z
        .strictObject({
          topology: z.looseObject({ namespaces: z.array(z.looseObject({ name: z.string() })) }),
          flow: z.looseObject({ id: z.string() }),
        })
        .describe('the smallest network that was found to disagree'),
    }),
  ),
  outcomes: counts.describe('of the kernel'),
  dropReasons: counts.describe('of the kernel'),
  tolerated: counts.describe('accepted differences, by the name of their rule'),
  openBecause: counts,
});
