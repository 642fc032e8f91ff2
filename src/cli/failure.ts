import { EXIT } from './exit-code.ts';

/** An error of the user's, not of ours: told in one line, without a stack. */
export interface Failure extends Error {
  readonly exitCode: typeof EXIT.usage | typeof EXIT.input;
}

/** Wrong options or a flow that makes no sense. */
export function usageFailure(message: string): Failure {
  return Object.assign(new Error(message), { exitCode: EXIT.usage });
}

/** A file or folder that cannot be used. `place` is `file` or `file:line`. */
export function inputFailure(place: string, message: string): Failure {
  return Object.assign(new Error(`${place}: ${message}`), { exitCode: EXIT.input });
}

export function isFailure(error: unknown): error is Failure {
  return (
    error instanceof Error &&
    'exitCode' in error &&
    (error.exitCode === EXIT.usage || error.exitCode === EXIT.input)
  );
}

/** What the operating system says about a file, in words. */
export function fileFailure(path: string, error: unknown): Failure {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const words: Readonly<Record<string, string>> = {
    ENOENT: 'no such file or folder',
    EACCES: 'not readable: permission denied',
    EISDIR: 'is a folder, not a file',
    ENOTDIR: 'is a file, not a folder',
  };
  return inputFailure(path, words[code] ?? `not readable: ${code || String(error)}`);
}
