import type { Flow } from '../../packet/flow.ts';
import { type NetnsRef, netnsKey } from '../../packet/place.ts';
import { command } from '../command.ts';
import { countersOf } from '../counters.ts';
import type { ExperimentStep, Hypothesis } from '../diagnosis.ts';
import { endingOf } from '../ending.ts';
import { tryFlow } from './try-flow.ts';

const COST = 1;

/**
 * Counters of the kernel, read before and after one try: reading changes nothing, and a drop is
 * counted where it happens.
 */
export function counterSteps(
  hypotheses: readonly Hypothesis[],
  flow: Flow,
  nodes: readonly NetnsRef[],
): readonly ExperimentStep[] {
  const counters = new Set(hypotheses.flatMap(({ dropReason }) => countersOf(dropReason)));
  const attempt = tryFlow(flow);
  return nodes.flatMap((where) =>
    [...counters].map((counter): ExperimentStep => {
      const read = command(where, ['nstat', '-asz', counter]);
      return {
        id: `counter:${netnsKey(where)}:${counter}`,
        cost: COST,
        commands: attempt ? [read, attempt, read] : [read],
        predictions: hypotheses.map((hypothesis) => ({
          hypothesis: hypothesis.id,
          expect: counts(hypothesis, where, counter) ? 'grows' : 'unchanged',
        })),
      };
    }),
  );
}

function counts(hypothesis: Hypothesis, where: NetnsRef, counter: string): boolean {
  const ending = endingOf(hypothesis.outcome);
  if (!ending?.packet.at) return false;
  return (
    netnsKey(ending.packet.at) === netnsKey(where) &&
    countersOf(hypothesis.dropReason).includes(counter)
  );
}
