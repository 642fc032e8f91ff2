import { type ChildProcess, type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { CommandReport } from './lab.ts';

/** The only file of the laboratory that starts processes: argument arrays, never a shell string. */

/** Milliseconds after which a program that should end is killed. */
const PATIENCE = 10_000;

/** Runs a program to its end and returns what it printed; never throws for its failure. */
export function runToEnd(
  argv: readonly string[],
  input = '',
  timeout = PATIENCE,
): Omit<CommandReport, 'namespace'> {
  const [program = '', ...rest] = argv;
  const done = spawnSync(program, rest, {
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

/** Milliseconds for the output of a program that has ended, where another one holds its pipes open. */
const OUTPUT_GRACE = 50;

/**
 * Like `runToEnd`, and this process goes on meanwhile: listeners answer, relays carry. The program
 * starts before this returns, in the network namespace of this moment. One that it leaves in the background
 * goes on; its output is lost.
 */
export function runMeanwhile(
  argv: readonly string[],
  input = '',
  timeout = PATIENCE,
): Promise<Omit<CommandReport, 'namespace'>> {
  const child = start(argv);
  const out: Buffer[] = [];
  const err: Buffer[] = [];
  child.stdout.on('data', (data: Buffer) => out.push(data));
  child.stderr.on('data', (data: Buffer) => err.push(data));
  // A program that ends without reading all of it is no error of ours.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const timer = setTimeout(() => child.kill('SIGKILL'), timeout);
  return new Promise((resolve) => {
    const finish = (status: number | null, why = ''): void => {
      clearTimeout(timer);
      const stderr = Buffer.concat(err).toString('utf8') + why;
      resolve({ argv, status, stdout: Buffer.concat(out).toString('utf8'), stderr });
      for (const stream of [child.stdout, child.stderr]) stream.removeAllListeners('data').resume();
    };
    child.once('error', (error) => finish(null, `${error.message}\n`));
    child.once('exit', (status, signal) => {
      const why = signal === null ? '' : `ended by ${signal}\n`;
      // What waits in the pipes is read first, however late this process comes to it.
      const grace = setTimeout(() => setImmediate(() => finish(status, why)), OUTPUT_GRACE);
      child.once('close', () => {
        clearTimeout(grace);
        finish(status, why);
      });
    });
  });
}

/** Starts a program that goes on until it is ended by its handle. Output is piped. */
export function start(argv: readonly string[]): ChildProcessByStdio<Writable, Readable, Readable> {
  const [program = '', ...rest] = argv;
  return spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'], env: TOOL_ENV });
}

/** Starts the host process, in a session of its own: Ctrl-C in a terminal is for us to handle. */
export function startHost(argv: readonly string[]): ChildProcess {
  const [program = '', ...rest] = argv;
  return spawn(program, rest, { stdio: ['pipe', 'pipe', 'pipe'], env: TOOL_ENV, detached: true });
}

/** English messages, and the folders of administration tools that a user's PATH may lack. */
const TOOL_ENV: NodeJS.ProcessEnv = {
  ...process.env,
  LC_ALL: 'C',
  PATH: `${process.env.PATH ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`,
};
