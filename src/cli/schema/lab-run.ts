import { z } from 'zod';
import { LAB_RUN_SCHEMA } from '../../report/incident/run-json.ts';
import { port } from './common.ts';
import { clientOutcome, mismatchSchema } from './lab-common.ts';
import { packetSchema } from './observed-packet.ts';

const nullableString = z.string().nullable();
const hook = z.enum(['prerouting', 'input', 'forward', 'output', 'postrouting']);

const flowSchema = z.strictObject({
  from: z.string().describe('NODE or NODE/NETNS'),
  to: z.string(),
  protocol: z.string(),
  bound: nullableString.describe('what its socket was bound to: a device or an address'),
  client: z.strictObject({
    outcome: clientOutcome,
    errno: nullableString,
    local: z.strictObject({ address: z.string(), port }).nullable(),
  }),
  endpoint: z
    .strictObject({
      place: z.string(),
      address: z.string(),
      port,
      source: z.string(),
      sourcePort: port,
    })
    .nullable()
    .describe('who answered, and the source it saw'),
  hooks: z.array(
    z.strictObject({
      place: z.string(),
      hook,
      iif: nullableString,
      oif: nullableString,
      before: packetSchema,
      after: packetSchema.nullable().describe('null: the hook did not let it pass'),
      markBefore: z.int(),
      markAfter: z.int().nullable(),
    }),
  ),
  captures: z.array(
    z.strictObject({
      place: z.string(),
      device: z.string(),
      direction: z.enum(['in', 'out']),
      packet: packetSchema,
      count: z.int().min(1),
    }),
  ),
  drops: z.array(
    z.strictObject({
      reason: z.string().describe('SKB_DROP_REASON_* without the prefix'),
      location: z.string().describe('the kernel function'),
      place: nullableString,
      device: nullableString,
      packet: packetSchema.nullable(),
    }),
  ),
  counters: z.array(z.strictObject({ place: z.string(), counter: z.string(), by: z.number() })),
  blind: z.array(z.string()).describe('what could not be watched'),
});

/** What `hookline lab run --json` prints. */
export const labRunSchema = z.strictObject({
  schema: z.literal(LAB_RUN_SCHEMA),
  reproduced: z.boolean(),
  id: z.string(),
  title: z.string(),
  kernel: z.string(),
  flow: flowSchema,
  control: flowSchema,
  mismatches: z.array(mismatchSchema),
  captureFiles: z.array(z.string()),
  kept: z
    .strictObject({
      pid: z.int(),
      namespaces: z.array(z.string()),
      enter: z.array(z.string()),
    })
    .nullable(),
});
