import { z } from 'zod';
import { TRACE_SCHEMA, type TraceJson } from '../../report/trace/trace-json.ts';
import { ipAddress, port, source, verdict } from './common.ts';

export const flowSchema = z
  .strictObject({
    from: z.string(),
    to: z.string(),
    proto: z.enum(['tcp', 'udp', 'icmp', 'sctp']),
    src: ipAddress.nullable(),
    iface: z.string().nullable(),
    in: z.string().nullable(),
    sport: port.nullable(),
    mark: z.int().min(0),
  })
  .describe('the flow, in the words of the flow options');

export const assumptionSchema = z.strictObject({
  id: z.string(),
  topic: z.string(),
  node: z.string().nullable(),
  netns: z.string().nullable(),
  subject: z.string().describe('what is not known: a sysctl, a rule, a segment'),
  value: z.string().describe('the answer this outcome rests on'),
  kind: z.enum(['unknown', 'random']),
  isDefault: z.boolean(),
});

const stepSchema = z.strictObject({
  node: z.string(),
  netns: z.string().nullable(),
  hook: z.string().nullable().describe('of netfilter steps'),
  stage: z.string().nullable().describe('of every other step, and of connection tracking'),
  table: z.string().nullable(),
  chain: z.string().nullable(),
  rule: z.string().nullable().describe('a rule that matched'),
  iif: z.string().nullable(),
  oif: z.string().nullable(),
  saddr: ipAddress.describe('headers are those after the step'),
  daddr: ipAddress,
  sport: port.nullable(),
  dport: port.nullable(),
  mark: z.int().min(0),
  verdict: z.string().nullable(),
  values: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()])),
  changed: z.array(z.strictObject({ field: z.string(), before: z.string(), after: z.string() })),
  source: source.nullable(),
});

export const outcomeSchema = z.strictObject({
  probability: z.number().min(0).max(1),
  assumptions: z.array(assumptionSchema),
  client: z.enum(['connected', 'refused', 'timeout', 'unreachable', 'not-permitted', 'unknown']),
  errno: z.string().nullable(),
  endpoint: z
    .strictObject({ node: z.string(), netns: z.string().nullable(), ip: ipAddress, port })
    .nullable(),
  sourceAtEndpoint: ipAddress.nullable(),
  packets: z.array(
    z.strictObject({
      direction: z.enum(['original', 'reply']),
      kind: z.string(),
      disposition: z.enum([
        'delivered',
        'dropped',
        'rejected',
        'forwarded-out',
        'looped',
        'unknown',
      ]),
      dropReason: z.string().nullable().describe('SKB_DROP_REASON_* without the prefix'),
      node: z.string().nullable(),
      netns: z.string().nullable(),
      steps: z.array(stepSchema),
    }),
  ),
  transfer: z
    .strictObject({
      kind: z.enum(['delivered', 'stalled', 'unknown']),
      direction: z.enum(['original', 'reply']).nullable(),
      bytes: z.strictObject({ original: z.int(), reply: z.int() }).describe('length of IP packets'),
    })
    .nullable()
    .default(null)
    .describe('full-size data after the handshake, both ways'),
});

/** `hookline trace --json`. */
export const traceSchema = z.strictObject({
  schema: z.literal(TRACE_SCHEMA),
  flow: flowSchema,
  verdict,
  outcomes: z.array(outcomeSchema).describe('the likeliest first'),
  unsupported: z.array(
    z.strictObject({
      construct: z.string(),
      node: z.string(),
      netns: z.string().nullable(),
      source: source.nullable(),
    }),
  ),
  truncated: z.boolean(),
}) satisfies z.ZodType<TraceJson>;
