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

function staysOpen({ kind, isDefault }: Assumption): boolean {
  return kind === 'random' || !isDefault;
}
