import type { Assumption, Trace } from '../../trace/trace.ts';

/**
 * A trace without the assumptions that the laboratory is built to make true: what nobody captured is
 * stood in for by what is usually there. Open questions, which have no usual answer, stay.
 */
export function realised(trace: Trace): Trace {
  return {
    ...trace,
    outcomes: trace.outcomes.map((outcome) => ({
      ...outcome,
      assumptions: outcome.assumptions.filter(staysOpen),
    })),
  };
}

function staysOpen({ kind, topic, isDefault }: Assumption): boolean {
  // A drawn port is no fact that a laboratory could be built with.
  return kind === 'random' || topic === 'port' || !isDefault;
}
