import type { Assumption, Outcome, Trace } from '../trace/trace.ts';
import type { OpenQuestion } from './agreement.ts';

/**
 * What keeps a trace, or one outcome of it, from being a statement: assumptions that no fact gives
 * (free choices of the kernel are none, which port it draws is compared elsewhere, and that entries
 * survive until an answer which comes at once needs no proof), unsupported constructs, ends that are not known.
 */
export function openQuestions(trace: Trace, outcome: Outcome): readonly OpenQuestion[] {
  return [
    ...outcome.assumptions
      .filter(isOpen)
      .map((assumption) => ({ kind: 'assumption', assumption }) as const),
    ...trace.unsupported.map(({ construct }) => ({ kind: 'unsupported', construct }) as const),
    ...(trace.truncated ? [{ kind: 'truncated' } as const] : []),
    ...(outcome.client === 'unknown' ? [{ kind: 'unknown-end' } as const] : []),
  ];
}

function isOpen({ kind, topic, isDefault }: Assumption): boolean {
  if (kind === 'random' || topic === 'port') return false;
  return !(topic === 'conntrack-entry' && isDefault);
}
