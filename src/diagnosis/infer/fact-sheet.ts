import type { SourceRef } from '../../packet/source-ref.ts';
import type { InferredFact } from '../diagnosis.ts';

/** Collects inferred facts, each with the lines that prove it. */
export interface FactSheet {
  readonly facts: readonly InferredFact[];
  add(
    code: string,
    values: Readonly<Record<string, string | number>>,
    from: readonly SourceRef[],
  ): void;
}

/** An empty sheet. A fact that is added twice keeps its first lines. */
export function factSheet(): FactSheet {
  const facts: InferredFact[] = [];
  const seen = new Set<string>();
  return {
    facts,
    add(code, values, from) {
      const key = JSON.stringify([code, values]);
      if (seen.has(key)) return;
      seen.add(key);
      facts.push({ code, values, from });
    },
  };
}
