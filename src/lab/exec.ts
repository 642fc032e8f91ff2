import {
  type ChildProcess,
  type ChildProcessByStdio,
  type SpawnSyncReturns,
  spawn,
  spawnSync,
} from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { CommandReport } from './lab.ts';

/** The only file of the laboratory that starts processes: argument arrays, never a shell string. */

/** Runs a program to its end and returns what it printed; never throws for its failure. */
export function runToEnd(
  argv: readonly string[],
  input = '',
  timeout = 10_000,
): Omit<CommandReport, 'namespace'> {
  const [program = '', ...rest] = argv;
  const done: SpawnSyncReturns<string> = spawnSync(program, rest, {
    input,
    timeout,
    encoding: 'utf8',
    maxBuffer: 1 << 29,
    env: TOOL_ENV,
    killSignal: 'SIGKILL',
  });
  return {
    argv,
    status: done.status,
    stdout: done.stdout ?? '',
    stderr: done.error ? `${done.error.message}\n` : (done.stderr ?? ''),
  };
}

/** Starts a program that goes on until it is ended by its handle. Output is piped. */
export function start(argv: readonly string[]): ChildProcessByStdio<Writable, Readable, Readable> {
  const [program = '', ...rest] = argv;
  return spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'], env: TOOL_ENV });
}

/** Starts the host process; its error text goes where ours goes. */
export function startHost(argv: readonly string[]): ChildProcess {
  const [program = '', ...rest] = argv;
  return spawn(program, rest, { stdio: ['pipe', 'pipe', 'inherit'], env: TOOL_ENV });
}

/** English messages, and the folders of administration tools that a user's PATH may lack. */
const TOOL_ENV: NodeJS.ProcessEnv = {
  ...process.env,
  LC_ALL: 'C',
  PATH: `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`,
};
