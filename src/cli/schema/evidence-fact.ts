import { z } from 'zod';
import { ipAddress } from './common.ts';

const direction = z.enum(['original', 'reply']);
const journeys = z.array(z.int()).describe('ids of journeys');
const journey = z.int().describe('id of a journey');
const observation = z.int().describe('id of an observation');
const nullableInt = z.int().nullable();

/** What the packets of a conversation show together. */
export const factSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('lost-after'),
    direction,
    journeys,
    last: observation,
    next: observation,
    by: z.enum(['conversation', 'class', 'endpoint']),
  }),
  z.strictObject({
    kind: z.literal('half-open'),
    missing: z.enum(['syn-ack', 'ack']),
    syns: journeys,
    answers: journeys,
  }),
  z.strictObject({ kind: z.literal('one-way'), direction, packets: z.int() }),
  z.strictObject({
    kind: z.literal('retransmissions'),
    direction,
    journeys,
    seconds: z.number().nullable(),
  }),
  z.strictObject({
    kind: z.literal('reset'),
    direction,
    journey,
    first: observation,
    madeBy: z.enum(['host', 'end', 'between', 'unknown']),
    ttl: nullableInt,
    otherTtl: nullableInt,
  }),
  z.strictObject({
    kind: z.literal('icmp-error'),
    direction,
    journey,
    type: z.int(),
    code: z.int(),
    mtu: nullableInt,
    from: ipAddress,
    quotes: nullableInt,
  }),
  z.strictObject({ kind: z.literal('zero-window'), direction, journeys }),
  z.strictObject({ kind: z.literal('mss'), client: nullableInt, server: nullableInt }),
  z.strictObject({
    kind: z.literal('mss-changed'),
    journey,
    before: z.int(),
    after: z.int(),
    from: observation,
    to: observation,
  }),
  z.strictObject({
    kind: z.literal('large-lost'),
    direction,
    passed: z.int(),
    lost: z.int(),
    journeys,
    last: observation,
    told: nullableInt,
  }),
  z.strictObject({
    kind: z.literal('duplicate'),
    journey,
    observations: z.array(observation),
  }),
  z.strictObject({ kind: z.literal('ports-reused'), earlier: z.int() }),
  z.strictObject({ kind: z.literal('segmented'), journey, pieces: journeys }),
  z.strictObject({ kind: z.literal('dropped'), journey: nullableInt, drop: z.int() }),
]);
