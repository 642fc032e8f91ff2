import { z } from 'zod';
import { EVIDENCE_SCHEMA } from '../../report/evidence/evidence-json.ts';
import { ipAddress, sourceWithText } from './common.ts';
import { dropSchema, socketSchema, trackedSchema } from './evidence-beside-packets.ts';
import { factSchema } from './evidence-fact.ts';
import { packetSchema } from './observed-packet.ts';

const nullableString = z.string().nullable();
const nullableInt = z.int().nullable();
const timeBase = z.enum(['epoch', 'date', 'year', 'day', 'uptime', 'none']);
const side = z.enum(['client', 'server']);
const endpointSchema = z.strictObject({ address: ipAddress, port: nullableInt });

const observationSchema = z.strictObject({
  id: z.int(),
  vantage: z.strictObject({
    kind: z.enum(['log', 'capture']),
    node: nullableString,
    netns: nullableString,
    device: nullableString,
    hook: z.enum(['prerouting', 'input', 'forward', 'output', 'postrouting']).nullable(),
    table: nullableString,
    chain: nullableString,
    rule: z
      .strictObject({ kind: z.enum(['rule', 'return', 'policy']), number: z.int() })
      .nullable(),
    ruleText: nullableString,
    verdict: nullableString,
    traceId: nullableString,
    iif: nullableString,
    oif: nullableString,
    physin: nullableString,
    physout: nullableString,
    direction: z.enum(['in', 'out']).nullable(),
    label: z.string(),
    group: z.string(),
  }),
  time: z.number().nullable(),
  timeBase,
  clock: z.string(),
  packet: packetSchema,
  link: z
    .strictObject({
      sourceMac: nullableString,
      destinationMac: nullableString,
      vlan: nullableInt,
    })
    .nullable(),
  uid: nullableInt,
  format: z.enum([
    'kernel-log',
    'xtables-trace',
    'nft-trace',
    'tcpdump-text',
    'pcap',
    'pcapng',
    'pwru',
    'retis',
    'cilium',
  ]),
  source: sourceWithText,
});

const groupSchema = z.strictObject({
  id: z.string(),
  kind: z.enum(['log', 'capture']),
  file: z.string(),
  node: nullableString,
  netns: nullableString,
  device: nullableString,
  label: z.string(),
  clock: z.string(),
  timeBase,
  side: side.nullable(),
  signs: z.array(
    z.strictObject({
      by: z.enum(['handshake-gap', 'clock-offset', 'ttl', 'local-output', 'label']),
      says: side,
      source: sourceWithText,
    }),
  ),
  nodeFrom: z.enum(['path', 'line', 'local-output']).nullable(),
});

const statementSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('log-rule'),
    table: z.string(),
    chain: z.string(),
    destination: ipAddress.nullable(),
    narrowed: z.boolean(),
    prefix: z.string(),
    insert: z.boolean(),
    source: sourceWithText,
  }),
  z.strictObject({ kind: z.literal('flush'), table: z.string(), source: sourceWithText }),
  z.strictObject({ kind: z.literal('restart'), unit: z.string(), source: sourceWithText }),
  z.strictObject({
    kind: z.literal('capture-start'),
    device: z.string(),
    linkType: z.string(),
    source: sourceWithText,
  }),
  z.strictObject({
    kind: z.literal('capture-loss'),
    dropped: z.int(),
    source: sourceWithText,
  }),
  z.strictObject({ kind: z.literal('comment'), text: z.string(), source: sourceWithText }),
  z.strictObject({
    kind: z.literal('host-name'),
    address: ipAddress,
    names: z.array(z.string()),
    source: sourceWithText,
  }),
  z.strictObject({
    kind: z.literal('address'),
    device: nullableString,
    address: ipAddress,
    prefixLength: nullableInt,
    port: nullableInt,
    role: z.enum(['service', 'endpoint', 'device', 'unknown']),
    confidence: z.enum(['stated', 'confirmed']),
    source: sourceWithText,
  }),
  z.strictObject({
    kind: z.literal('client-command'),
    argv: z.array(z.string()),
    to: z.strictObject({ host: z.string(), port: nullableInt }),
    boundTo: nullableString,
    result: z.enum(['answered', 'interrupted', 'timeout', 'refused', 'unreachable', 'unknown']),
    source: sourceWithText,
  }),
]);

const flowCountSchema = z.strictObject({
  source: ipAddress,
  destination: ipAddress,
  protocol: z.int(),
  sport: nullableInt,
  dport: nullableInt,
  packets: z.int(),
  bytes: z.int(),
  first: z.number().nullable(),
  last: z.number().nullable(),
  syns: z.int(),
  synAcks: z.int(),
  fins: z.int(),
  resets: z.int(),
});

/** `hookline evidence --json`. */
export const evidenceSchema = z.strictObject({
  schema: z.literal(EVIDENCE_SCHEMA),
  files: z.array(
    z.strictObject({
      file: z.string(),
      format: z.enum(['text', 'pcap', 'pcapng', 'nstat']),
      lines: z.int(),
      recognised: z.int(),
      unplaced: z.array(sourceWithText),
      unplacedCount: z.int(),
      dropped: z.int(),
      otherFrames: z.array(z.strictObject({ name: z.string(), frames: z.int() })).optional(),
      flows: z.strictObject({ flows: z.array(flowCountSchema), uncounted: z.int() }).optional(),
    }),
  ),
  groups: z.array(groupSchema),
  observations: z.array(observationSchema),
  journeys: z.array(
    z.strictObject({
      id: z.int(),
      sightings: z.array(z.int()).describe('ids of observations, in path order'),
      retransmissionOf: nullableInt,
      joinedBy: z.array(
        z.enum([
          'ip-id',
          'tcp-sequence',
          'tcp-timestamp',
          'icmp-id',
          'payload',
          'quoted-packet',
          'trace-id',
          'headers',
          'order',
        ]),
      ),
      mayBe: z.array(z.int()).describe('ids of journeys that a sighting may be of as well'),
    }),
  ),
  conversations: z.array(
    z.strictObject({
      id: z.int(),
      protocol: z.int(),
      client: endpointSchema,
      service: endpointSchema,
      endpoint: endpointSchema.nullable(),
      translatedClient: endpointSchema.nullable(),
      journeys: z.array(z.int()).describe('ids of journeys'),
      replies: z.array(z.int()),
      outcome: z.enum(['established', 'answered', 'reset', 'icmp-error', 'unanswered', 'unknown']),
      flowClass: z.int(),
      facts: z.array(factSchema),
    }),
  ),
  flowClasses: z.array(
    z.strictObject({
      id: z.int(),
      protocol: z.int(),
      client: ipAddress,
      service: endpointSchema,
      endpoint: endpointSchema.nullable(),
      conversations: z.array(z.int()),
    }),
  ),
  clocks: z.array(
    z.strictObject({
      a: z.string(),
      b: z.string(),
      offset: z.number().describe('seconds; positive: b is behind a'),
      error: z.number(),
      drift: z.number().nullable().describe('how much the offset grows in a second'),
      driftError: z.number().nullable(),
      at: z.number().describe('the time of clock a at which the offset holds'),
      oneWayDelay: z.number().nullable(),
      pairs: z.int(),
      bound: z.enum(['both', 'at-least', 'at-most']),
    }),
  ),
  statements: z.array(statementSchema),
  counters: z.array(
    z.strictObject({
      node: nullableString,
      netns: nullableString,
      device: nullableString,
      counter: z.string(),
      before: z.number(),
      after: z.number(),
      delta: z.number(),
      source: sourceWithText,
    }),
  ),
  drops: z.array(dropSchema),
  tracked: z.array(trackedSchema),
  sockets: z.array(socketSchema),
  issues: z.array(
    z.strictObject({
      code: z.string(),
      severity: z.enum(['error', 'warning', 'info']),
      source: sourceWithText,
      detail: z.string(),
    }),
  ),
});
