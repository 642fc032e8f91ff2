import type { z } from 'zod';
import { annotateSchema } from './annotate.ts';
import { collectSchema } from './collect.ts';
import { compareSchema } from './compare.ts';
import { diagnosisSchema } from './diagnosis.ts';
import { evidenceSchema } from './evidence.ts';
import { explainSchema } from './explain.ts';
import { labCleanSchema } from './lab-clean.ts';
import { labFuzzSchema } from './lab-fuzz.ts';
import { labRunSchema } from './lab-run.ts';
import { labVerifySchema } from './lab-verify.ts';
import { logRulesSchema } from './logrules.ts';
import { replaySchema } from './replay.ts';
import { traceSchema } from './trace.ts';
import { whyNotSchema } from './why-not.ts';

/** The forms of JSON that commands print, by the command's subject. */
export const PUBLISHED_SCHEMAS: Readonly<Record<string, z.ZodType>> = {
  trace: traceSchema,
  diagnosis: diagnosisSchema,
  evidence: evidenceSchema,
  compare: compareSchema,
  collect: collectSchema,
  replay: replaySchema,
  'lab-run': labRunSchema,
  'lab-verify': labVerifySchema,
  'lab-fuzz': labFuzzSchema,
  'lab-clean': labCleanSchema,
  logrules: logRulesSchema,
  'why-not': whyNotSchema,
  annotate: annotateSchema,
  explain: explainSchema,
};
