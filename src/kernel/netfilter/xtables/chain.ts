import type { XtRule } from './rule.ts';

export interface XtChain {
  readonly name: string;
  /** Of a built-in chain; null for a user chain. */
  readonly policy: 'accept' | 'drop' | null;
  readonly rules: readonly XtRule[];
}
