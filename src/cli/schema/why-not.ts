import { z } from 'zod';
import { WHY_NOT_SCHEMA, type WhyNotJson } from '../../report/why-not/why-not-json.ts';
import { source } from './common.ts';
import { flowSchema } from './trace.ts';

const check = z
  .strictObject({
    field: z.string(),
    text: z.string().describe('as the rule says it'),
    wanted: z.string(),
    had: z.string().nullable().describe("the packet's; null when it is not one value"),
    result: z.enum(['yes', 'no', 'not-asked']),
  })
  .describe('one thing that a rule asks');

const packet = z.strictObject({
  direction: z.enum(['original', 'reply']),
  kind: z.string(),
  disposition: z.string(),
  dropReason: z.string().nullable(),
  at: z.string().nullable(),
  carrier: z.boolean().describe('not the packet, but the one that carries it through a tunnel'),
});

const meeting = z.strictObject({
  kind: z.enum([
    'matched',
    'failed',
    'entered',
    'not-called',
    'taken',
    'no-caller',
    'other-hooks',
    'elsewhere',
    'nat-passed-by',
    'no-packet',
  ]),
  hook: z.string().nullable(),
  checks: z.array(check),
  callers: z.array(
    z.strictObject({
      called: z.string(),
      chain: z.string(),
      number: z.int().min(1),
      rule: z.string(),
      source,
      checks: z.array(check),
      ledTo: z.string().nullable().describe('it matched and ended so, as a verdict map does'),
      keys: z.array(z.string()).describe('keys of its verdict map that lead to the chain'),
    }),
  ),
  takenBy: z
    .strictObject({
      table: z.string(),
      chain: z.string(),
      rule: z.string().nullable(),
      verdict: z.string(),
      source: source.nullable(),
    })
    .nullable(),
  wantedHooks: z.array(z.string()),
  passedHooks: z.array(z.string()),
  because: z.enum(['known-connection', 'untracked', 'invalid', 'no-conntrack']).nullable(),
});

/** `hookline why-not --json`. */
export const whyNotSchema = z.strictObject({
  schema: z.literal(WHY_NOT_SCHEMA),
  flow: flowSchema,
  target: z.strictObject({
    node: z.string(),
    netns: z.string().nullable(),
    table: z.string(),
    chain: z.string(),
    number: z.int().min(1).nullable().describe('null: the chain is asked about'),
    rule: z.string().nullable(),
    source: source.nullable(),
  }),
  verdict: z.enum(['matched', 'not-matched', 'chance', 'undetermined']),
  ways: z.array(
    z.strictObject({
      probability: z.number().min(0).max(1),
      packet: packet.nullable(),
      meeting,
      others: z.array(packet).describe('other packets of the exchange that it matched'),
      decidedBy: z.array(
        z.strictObject({
          kind: z.enum(['random', 'unknown']),
          topic: z.string(),
          subject: z.string(),
          value: z.string(),
        }),
      ),
    }),
  ),
  unsupported: z.array(z.strictObject({ construct: z.string(), source: source.nullable() })),
  truncated: z.boolean(),
}) satisfies z.ZodType<WhyNotJson>;
