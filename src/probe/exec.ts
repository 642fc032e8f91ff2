import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** The only file of `probe` that starts processes: argument arrays, never a shell string. */

export interface Started {
  readonly stdout: Readable;
  /** Settles when the process has ended and its output is read or thrown away. */
  readonly ended: Promise<Ended>;
}

export interface Ended {
  /** Exit code; null when a signal ended it or it could not start. */
  readonly status: number | null;
  /** What it said, or why it could not start. */
  readonly stderr: string;
}

/**
 * Starts a program in our process group, so that Ctrl-C in a terminal reaches it too. `input` is
 * its standard input; one that ends without reading all of it is no error of ours.
 */
export function start(argv: readonly string[], input = ''): Started {
  const [program = '', ...rest] = argv;
  const child = spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-MOST_WORDS);
  });
  const ended = new Promise<Ended>((resolve) => {
    child.once('error', (error) => resolve({ status: null, stderr: error.message }));
    child.once('close', (status) => resolve({ status, stderr }));
  });
  return { stdout: child.stdout, ended };
}

/** Of a program's complaints the end is kept: its last words say why it failed. */
const MOST_WORDS = 64 * 1024;
