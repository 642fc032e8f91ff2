import { z } from 'zod';
import { REPLAY_SCHEMA, type ReplayJson } from '../../report/replay/replay-json.ts';
import { ipAddress, port, source, verdict } from './common.ts';
import { flowSchema, outcomeSchema } from './trace.ts';

const place = {
  node: z.string().nullable().describe('null: in no node of the snapshot'),
  netns: z.string().nullable(),
};

const client = z.enum([
  'connected',
  'stalled',
  'refused',
  'timeout',
  'unreachable',
  'not-permitted',
]);

/** Packets as they are printed in evidence. */
const packet = z.record(z.string(), z.unknown());

const observed = z.strictObject({
  from: z.string(),
  to: z.string(),
  protocol: z.string(),
  bound: z.string().nullable(),
  client: z.strictObject({
    outcome: client,
    errno: z.string().nullable(),
    local: z.strictObject({ address: z.string(), port }).nullable(),
  }),
  endpoint: z
    .strictObject({
      place: z.string(),
      address: ipAddress,
      port,
      source: ipAddress,
      sourcePort: port,
    })
    .nullable(),
  hooks: z.array(
    z.strictObject({
      place: z.string(),
      hook: z.enum(['prerouting', 'input', 'forward', 'output', 'postrouting']),
      iif: z.string().nullable(),
      oif: z.string().nullable(),
      before: packet,
      after: packet.nullable().describe('null: the hook did not let it pass'),
      markBefore: z.number(),
      markAfter: z.number().nullable(),
    }),
  ),
  captures: z.array(
    z.strictObject({
      place: z.string(),
      device: z.string(),
      direction: z.enum(['in', 'out']),
      packet,
      count: z.int(),
    }),
  ),
  drops: z.array(
    z.strictObject({
      reason: z.string().describe('SKB_DROP_REASON_* without the prefix'),
      location: z.string().describe('the kernel function'),
      place: z.string().nullable(),
      device: z.string().nullable(),
      packet: packet.nullable(),
    }),
  ),
  counters: z.array(z.strictObject({ place: z.string(), counter: z.string(), by: z.number() })),
  blind: z.array(z.string()),
});

const result = z.strictObject({
  times: z.int().min(1),
  client,
  errno: z.string().nullable(),
  endpoint: z.strictObject({ ...place, ip: ipAddress, port }).nullable(),
  sourceAtEndpoint: ipAddress.nullable(),
});

/** `hookline replay --json`. */
export const replaySchema = z.strictObject({
  schema: z.literal(REPLAY_SCHEMA),
  flow: flowSchema,
  verdict: verdict.exclude(['ambiguous']),
  agreement: z.strictObject({
    verdict: z.enum(['agree', 'disagree', 'undetermined']),
    outcome: z.int().nullable().describe("the model's outcome that the first try was held against"),
    differences: z.array(z.looseObject({ kind: z.string() })),
    questions: z.array(z.looseObject({ kind: z.string() })).describe('what the model leaves open'),
    unseen: z.array(z.string()).describe('what could not be watched and is not compared'),
  }),
  kernel: z.strictObject({
    release: z.string(),
    results: z.array(result).describe('what the client saw, the most frequent first'),
    first: observed.nullable().describe('everything that was seen of the first try'),
    unsent: z.string().nullable(),
  }),
  model: z.strictObject({ verdict, outcomes: z.array(outcomeSchema) }),
  notRebuilt: z.array(
    z.strictObject({
      code: z.string(),
      subject: z.string(),
      ...place,
      device: z.string().nullable(),
      family: z.union([z.literal(4), z.literal(6)]).nullable(),
      source: source.nullable(),
      why: z.string(),
      detail: z.string(),
      matters: z.boolean().describe('whether it can change what is seen of this flow'),
      because: z.string().nullable(),
    }),
  ),
  standIns: z.array(
    z.strictObject({
      kind: z.string(),
      subject: z.string(),
      because: z.string(),
      ...place,
      source: source.nullable(),
    }),
  ),
  captureFiles: z.array(z.string()),
  kept: z.strictObject({ pid: z.int(), namespaces: z.array(z.string()) }).nullable(),
}) satisfies z.ZodType<ReplayJson>;
