import { z } from 'zod';
import { LAB_VERIFY_SCHEMA } from '../../report/incident/verify-json.ts';
import { clientOutcome, mismatchSchema } from './lab-common.ts';

const verdict = z.enum(['cures', 'fails', 'not-run']);

const fixSchema = z.strictObject({
  name: z.string(),
  from: z.enum(['diagnosis', 'recipe']),
  verified: z.strictObject({ model: verdict, kernel: verdict }),
  forThisCause: z.boolean(),
  flow: clientOutcome.nullable(),
  control: clientOutcome.nullable(),
  failed: z.array(z.string()).describe('commands that failed'),
  undo: z.strictObject({
    differs: z.array(z.string()).describe('files of the snapshot that are not what they were'),
    flow: clientOutcome.nullable(),
  }),
});

/** What `hookline lab verify --json` prints. */
export const labVerifySchema = z.strictObject({
  schema: z.literal(LAB_VERIFY_SCHEMA),
  hold: z.boolean(),
  incidents: z.array(
    z.strictObject({
      id: z.string(),
      title: z.string(),
      kernel: z.string(),
      notHere: z.string().nullable(),
      mismatches: z.array(mismatchSchema),
      agreement: z.array(
        z.strictObject({
          flow: z.enum(['flow', 'control']),
          kind: z.enum(['agree', 'disagree', 'open']),
          details: z.array(z.string()),
        }),
      ),
      diagnosis: z
        .strictObject({ verdict: z.string(), proven: z.boolean(), causes: z.array(z.string()) })
        .nullable(),
      fixes: z.array(fixSchema),
      faults: z.array(
        z.enum([
          'not-reproduced',
          'model-disagrees',
          'cause-not-named',
          'fix-not-proposed',
          'fix-fails',
          'fix-breaks-control',
          'undo-incomplete',
        ]),
      ),
    }),
  ),
});
