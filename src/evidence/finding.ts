import type { SourceRef } from '../packet/source-ref.ts';

/** A line of evidence with the code that says what it shows. */
export interface EvidencePointer {
  readonly source: SourceRef;
  readonly shows: string;
}

/**
 * What evidence alone says, before any model is asked. The same shape as diagnosis' findings;
 * sentences are made in `report`.
 */
export interface EvidenceFinding {
  readonly code: string;
  readonly proves: 'proves' | 'does-not-prove' | 'note' | 'warning';
  readonly values: Readonly<Record<string, string | number>>;
  readonly evidence: readonly EvidencePointer[];
}
