import type { SourceRef } from './source-ref.ts';

/**
 * What a parser found wrong or could not use. Parsers never throw: they return what could be
 * read and issues for the rest. `code` is stable; sentences are made in `report`.
 */
export interface Issue {
  readonly code: string;
  readonly severity: 'error' | 'warning' | 'info';
  readonly source: SourceRef;
  /** Names and values the sentence needs, e.g. the unknown match's name. */
  readonly detail: string;
}

/** A parser's result. */
export interface Parsed<T> {
  readonly value: T;
  readonly issues: readonly Issue[];
}

/**
 * How far a construct of an input is supported.
 * - `exact`: modelled as the kernel does it
 * - `given-fact`: modelled, but its answer needs a fact that may be missing (then it forks)
 * - `no-effect`: cannot change what happens to the packet (comment, LOG, counters)
 * - `unsupported`: recognised, not modelled; a packet that meets it forks and the result names it
 * - `unknown`: not recognised at all; treated as unsupported
 */
export type Support = 'exact' | 'given-fact' | 'no-effect' | 'unsupported' | 'unknown';
