import { z } from 'zod';
import type { LineNote } from '../../report/annotate/line-note.ts';
import { ANNOTATE_SCHEMA, type AnnotatedJson } from '../../report/annotate/write-line.ts';
import { ipAddress, port, source } from './common.ts';

const addressName = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('service'),
    namespace: z.string(),
    name: z.string(),
    port: z.string().nullable().describe('null: the Service has no such port'),
  }),
  z.strictObject({
    kind: z.literal('endpoint'),
    namespace: z.string(),
    name: z.string(),
    pod: z.string().nullable(),
  }),
  z.strictObject({ kind: z.literal('pod'), namespace: z.string(), name: z.string() }),
  z.strictObject({ kind: z.literal('node'), name: z.string(), device: z.string().nullable() }),
  z.strictObject({ kind: z.literal('pod-network'), node: z.string() }),
]);

const end = z.strictObject({
  ip: ipAddress,
  port: port.nullable(),
  name: addressName.nullable().describe('whose the address is'),
});

const meaning = z
  .strictObject({
    role: z
      .enum([
        ...['services', 'node-ports', 'service', 'service-local', 'external', 'endpoint'],
        ...['firewall', 'mark-masq', 'mark-drop', 'postrouting', 'forward', 'canary', 'other'],
        'policy',
      ] as const)
      .nullable(),
    service: z.string().nullable().describe('namespace/name:port'),
    endpoint: z.string().nullable(),
    policy: z.string().nullable(),
  })
  .describe('what a chain is for');

const packet = z.strictObject({
  kind: z.literal('packet'),
  flow: z
    .strictObject({
      id: z.string().describe('equal for equal addresses and ports, translated or not'),
      direction: z.enum(['to', 'back']),
      about: z.boolean().describe('an ICMP error about the flow'),
    })
    .nullable(),
  node: z.string().nullable(),
  hook: z.string().nullable(),
  iif: z.string().nullable(),
  oif: z.string().nullable(),
  table: z.string().nullable(),
  chain: z.string().nullable(),
  protocol: z.string(),
  source: end,
  destination: end,
  rule: z
    .strictObject({ text: z.string(), source: source.nullable() })
    .nullable()
    .describe('the rule that wrote the line, or that it is about'),
  about: meaning.nullable(),
  verdict: z.string().nullable(),
});

const rule = z.strictObject({
  kind: z.enum(['rule', 'chain']),
  chain: z.string(),
  about: meaning.nullable(),
  ends: z.array(end),
});

/** A line of `hookline annotate --json`. */
export const annotateSchema = z.strictObject({
  schema: z.literal(ANNOTATE_SCHEMA),
  line: z.int().min(1),
  text: z.string(),
  note: z.union([packet, rule]).nullable() satisfies z.ZodType<LineNote | null>,
}) satisfies z.ZodType<AnnotatedJson>;
