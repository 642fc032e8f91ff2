/** The words for one drop reason, in the order one asks for them; see `Explanation`. */
export interface DropReasonText {
  readonly short: string;
  readonly where: string;
  readonly seen: string;
  readonly usual: string;
  readonly check: readonly string[];
}

/** Builds a text; a function and not an object only to keep the tables readable. */
export function text(
  short: string,
  where: string,
  seen: string,
  usual: string,
  ...check: readonly string[]
): DropReasonText {
  return { short, where, seen, usual, check };
}

export const SILENT = 'nothing: the sender waits until it times out';
