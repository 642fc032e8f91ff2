/** How the program ends. 64 and 65 are EX_USAGE and EX_DATAERR of sysexits.h. */
export const EXIT = {
  /** Reachable, or nothing found. */
  ok: 0,
  /** Unreachable for some or all packets, or something found. */
  failing: 1,
  /** What is known does not decide it. */
  undetermined: 2,
  usage: 64,
  input: 65,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** How a command ends; without it the exit code is 0. */
export type SetExit = (code: ExitCode) => void;

/** The exit code of a verdict. A flow that chance lets fail is failing. */
export function verdictExit(
  verdict: 'reachable' | 'unreachable' | 'ambiguous' | 'undetermined',
): ExitCode {
  switch (verdict) {
    case 'reachable':
      return EXIT.ok;
    case 'unreachable':
    case 'ambiguous':
      return EXIT.failing;
    case 'undetermined':
      return EXIT.undetermined;
  }
}

/** The exit code of several flows: a failing one counts before an undetermined one. */
export function worstExit(codes: readonly ExitCode[]): ExitCode {
  const order = [EXIT.input, EXIT.failing, EXIT.undetermined];
  return order.find((code) => codes.includes(code)) ?? EXIT.ok;
}
