import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/**
 * Network namespaces for one test file. Their names are unique to this process, every process
 * started in them is ended by its pid, and `dispose` removes all of it.
 */
export interface Namespaces {
  /** The kernel's name of a namespace of ours. */
  named(name: string): string;
  /** Runs a command in a namespace and returns what it printed. Throws with its error text. */
  run(name: string, argv: readonly string[], input?: string): string;
  /** Starts a process that stays until `dispose`. */
  start(name: string, argv: readonly string[]): ChildProcess;
  dispose(): void;
}

/** Why the kernel cannot be asked here, or null when it can. */
export function labMissing(tools: readonly string[]): string | null {
  if (process.getuid?.() !== 0) return 'not root';
  const missing = tools.filter(
    (tool) =>
      !['/usr/sbin', '/usr/bin', '/sbin', '/bin'].some((dir) => existsSync(`${dir}/${tool}`)),
  );
  return missing.length > 0 ? `missing ${missing.join(', ')}` : null;
}

/** Makes namespaces with loopback up. `lane` tells apart those of cases that run together. */
export function makeNamespaces(names: readonly string[], lane: number): Namespaces {
  const named = (name: string): string => `hlp${process.pid}-${lane}-${name}`;
  const started: ChildProcess[] = [];
  const run = (name: string, argv: readonly string[], input = ''): string =>
    execFileSync('ip', ['netns', 'exec', named(name), ...argv], {
      input,
      encoding: 'utf8',
      stdio: ['pipe', 'pipe', 'pipe'],
    });
  const made: string[] = [];
  const dispose = (): void => {
    for (const child of started) child.kill('SIGKILL');
    for (const name of made.splice(0)) execFileSync('ip', ['netns', 'del', named(name)]);
  };
  try {
    for (const name of names) {
      execFileSync('ip', ['netns', 'add', named(name)]);
      made.push(name);
      run(name, ['ip', 'link', 'set', 'lo', 'up']);
    }
  } catch (error) {
    dispose();
    throw error;
  }
  return {
    named,
    run,
    start(name, argv) {
      const child = spawn('ip', ['netns', 'exec', named(name), ...argv], { stdio: 'ignore' });
      started.push(child);
      return child;
    },
    dispose,
  };
}

/** Runs a shell script, while others may run, and returns what it printed. Rejects with its error text. */
export function shell(script: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      'sh',
      { encoding: 'utf8', maxBuffer: 2 ** 28 },
      (error, stdout, stderr) => {
        if (error) reject(new Error(`${error.message}\n${stderr}`));
        else resolve(stdout);
      },
    );
    child.stdin?.end(script);
  });
}

/**
 * Works through a list in several lanes at a time, each with its own number. Rejects when all lanes
 * have ended and one of them failed.
 */
export async function inLanes<T>(
  count: number,
  items: readonly T[],
  work: (item: T, lane: number) => Promise<void>,
): Promise<void> {
  const waiting = [...items];
  const lanes = Array.from({ length: count }, async (_, lane) => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) {
      await work(item, lane);
    }
  });
  const ended = await Promise.allSettled(lanes);
  for (const lane of ended) if (lane.status === 'rejected') throw lane.reason;
}

/** Waits until a condition holds; gives up with an error after five seconds. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 5_000;
  while (!holds()) {
    if (Date.now() > deadline) throw new Error(`waited for ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
