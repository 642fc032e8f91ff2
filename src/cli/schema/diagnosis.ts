import { z } from 'zod';
import { DIAGNOSIS_SCHEMA } from '../../report/json/diagnosis-json.ts';
import { netnsRef, sourceWithText, verdict } from './common.ts';
import { assumptionSchema, flowSchema, outcomeSchema, traceSchema } from './trace.ts';

const locationSchema = z.strictObject({
  node: z.string().nullable(),
  netns: z.string().nullable(),
  device: z.string().nullable(),
  hook: z.string().nullable(),
  rule: z.string().nullable(),
  segment: z.string().nullable(),
});

const evidenceRef = z.strictObject({
  source: sourceWithText,
  shows: z.string().describe('a stable code'),
});

const values = z.record(z.string(), z.union([z.string(), z.number()]));

const findingSchema = z.strictObject({
  code: z.string(),
  proves: z.enum(['proves', 'does-not-prove', 'note', 'warning']),
  values,
  evidence: z.array(evidenceRef),
});

const commandSchema = z
  .strictObject({
    node: z.string(),
    netns: z.string().nullable(),
    argv: z.array(z.string()),
    text: z.string(),
  })
  .describe('runnable as it stands in its namespace');

const observationSchema = {
  commands: z.array(commandSchema),
  predictions: z.array(z.strictObject({ hypothesis: z.string(), expect: z.string() })),
};

const supportSchema = z.enum(['observed', 'inferred', 'modelled']);

const comparedStep = z.strictObject({
  iif: z.string(),
  oif: z.string(),
  saddr: z.string(),
  daddr: z.string(),
  sport: z.int(),
  dport: z.int(),
  rewritten: z.array(z.string()).describe('fields that this step rewrote'),
  verdict: z.string(),
  carries: z.boolean().describe("a packet that carries the flow's packet inside"),
  support: supportSchema,
  seen: sourceWithText.nullable(),
});

const comparisonSchema = z
  .strictObject({
    left: flowSchema,
    right: flowSchema,
    rows: z.array(
      z.strictObject({
        point: z.string(),
        where: netnsRef,
        left: comparedStep.nullable(),
        right: comparedStep.nullable(),
        differs: z.boolean(),
      }),
    ),
    firstDivergence: z.int().nullable(),
  })
  .describe('the first packet of the failing flow beside one that works');

const verification = z.enum(['cures', 'fails', 'not-run']);

/** `hookline diagnose --json`. */
export const diagnosisSchema = z.strictObject({
  schema: z.literal(DIAGNOSIS_SCHEMA),
  flow: flowSchema,
  verdict,
  symptom: z.strictObject({
    value: z.enum(['timeout', 'refused', 'unreachable', 'reset', 'slow', 'intermittent', 'works']),
    from: z.enum(['evidence', 'option', 'model', 'assumed']),
  }),
  proven: z.boolean(),
  hypotheses: z.array(
    z.strictObject({
      id: z.string(),
      causeId: z.string(),
      confidence: z.number().min(0).max(1),
      location: locationSchema,
      dropReason: z.string().nullable(),
      assumptions: z.array(assumptionSchema),
      evidence: z.array(evidenceRef),
      contradictedBy: z.array(evidenceRef),
      outcome: outcomeSchema,
      support: z
        .array(z.array(supportSchema))
        .describe('what each step rests on, packet by packet'),
    }),
  ),
  ruledOut: z.array(
    z.strictObject({
      causeId: z.string(),
      location: locationSchema,
      assumptions: z.array(assumptionSchema),
      because: z.array(evidenceRef),
    }),
  ),
  findings: z.array(findingSchema),
  experiment: z
    .strictObject({
      ...observationSchema,
      steps: z.array(z.strictObject({ id: z.string(), cost: z.number(), ...observationSchema })),
    })
    .nullable()
    .describe('the next observation, and all of them, the cheapest first'),
  fixes: z.array(
    z.strictObject({
      fixId: z.string(),
      commands: z.array(commandSchema),
      undo: z.array(commandSchema),
      durable: z.array(z.strictObject({ code: z.string(), text: z.string() })),
      verified: z.strictObject({ model: verification, kernel: verification }),
      cures: z.array(z.string()).describe('ids of hypotheses'),
      curesTogether: z.boolean().describe('even if all that it cures hold at once'),
      sideEffects: z.array(findingSchema),
    }),
  ),
  inferred: z.array(z.strictObject({ code: z.string(), values, from: z.array(sourceWithText) })),
  unsupported: z.array(z.strictObject({ construct: z.string(), where: z.string() })),
  traces: z.array(traceSchema),
  comparison: comparisonSchema.nullable(),
});
