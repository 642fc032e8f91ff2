import type { Flow } from '../../packet/flow.ts';
import type { Experiment, ExperimentStep, Hypothesis } from '../diagnosis.ts';
import { type CaptureContext, captureSteps, nodesOf } from './capture-steps.ts';
import { counterSteps } from './counter-steps.ts';
import { factSteps } from './fact-steps.ts';

/**
 * The observations that separate the hypotheses: only those on which they differ, the cheapest
 * first. Every prediction is read off the hypotheses' traces.
 */
export function planExperiment(
  hypotheses: readonly Hypothesis[],
  flow: Flow,
  context: Omit<CaptureContext, 'alreadyTold'>,
): Experiment | null {
  if (hypotheses.length < 2) return null;
  const counters = counterSteps(hypotheses, flow, nodesOf(hypotheses)).filter(tells);
  const facts = factSteps(hypotheses).filter(tells);
  const alreadyTold = hypotheses.map(({ id }) =>
    counters.map((step) => expectationOf(step, id)).join('|'),
  );
  const captures = captureSteps(hypotheses, { ...context, alreadyTold });
  const steps = [...counters, ...facts, ...captures];
  return steps.length === 0 ? null : { steps };
}

function tells({ predictions }: ExperimentStep): boolean {
  return new Set(predictions.map(({ expect }) => expect)).size > 1;
}

function expectationOf({ predictions }: ExperimentStep, id: string): string {
  return predictions.find(({ hypothesis }) => hypothesis === id)?.expect ?? '';
}
