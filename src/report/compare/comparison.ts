/** Two flows side by side, whether they were traced or observed. */

export const COMPARE_SCHEMA = 'hookline/compare/v1';

export interface Comparison {
  readonly schema: typeof COMPARE_SCHEMA;
  readonly a: ComparedFlow;
  readonly b: ComparedFlow;
  readonly rows: readonly ComparedRow[];
  /** Index of the first row in which the two differ; null when they do not. */
  readonly firstDivergence: number | null;
}

export interface ComparedFlow {
  readonly title: string;
  readonly result: string;
}

export interface ComparedRow {
  /** The packet: `SYN`, `SYN-ACK`... */
  readonly packet: string;
  /** Node or namespace. */
  readonly place: string;
  /** Hook and table, or what the kernel did. */
  readonly step: string;
  readonly a: string | null;
  readonly b: string | null;
  readonly differs: boolean;
  /** Header fields that differ here and did not differ in the row before. */
  readonly fields: readonly FieldDifference[];
}

export interface FieldDifference {
  readonly field: string;
  readonly a: string;
  readonly b: string;
}

/** A comparison from its rows. */
export function comparison(
  a: ComparedFlow,
  b: ComparedFlow,
  rows: readonly ComparedRow[],
): Comparison {
  const first = rows.findIndex((row) => row.differs);
  return { schema: COMPARE_SCHEMA, a, b, rows, firstDivergence: first < 0 ? null : first };
}
