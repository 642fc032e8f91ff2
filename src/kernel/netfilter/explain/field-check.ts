/** One thing that a rule asks of a packet, with both values. */
export interface FieldCheck {
  /** Stable name of what is asked for: `daddr`, `dport`, `ct-state`, `set`, or the match's name. */
  readonly field: string;
  /** As the rule says it: `-d 10.96.0.10/32`, `tcp dport { 53, 80 }`. */
  readonly text: string;
  readonly wanted: string;
  /** The packet's; null when it is not one value, or not known. */
  readonly had: string | null;
  /** `not-asked`: something before it had decided already. */
  readonly result: 'yes' | 'no' | 'not-asked';
}

/** The first check that failed, or null. */
export function firstFailed(checks: readonly FieldCheck[]): FieldCheck | null {
  return checks.find(({ result }) => result === 'no') ?? null;
}
