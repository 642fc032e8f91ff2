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
  /** Why one of `a` and `b` is null. */
  readonly absent: Absence | null;
  readonly differs: boolean;
  /** Header fields that differ here and did not differ so in a row of this packet before. */
  readonly fields: readonly FieldDifference[];
}

/**
 * `does-not-happen`: the model's packet does not come here. `not-seen`: other packets of the flow
 * were seen here, this one was not. `not-watched`: nothing of the flow was looked for here.
 */
export type Absence = 'does-not-happen' | 'not-seen' | 'not-watched';

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
