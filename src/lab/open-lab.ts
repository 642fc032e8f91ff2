import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startHost } from './exec.ts';
import type { HostCalls, Lab } from './lab.ts';

/** A laboratory could not be opened or a call failed; the message says which command and why. */
export class LabError extends Error {}

interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

/**
 * Opens a laboratory: a host process in mount, PID and network namespaces of its own (and a user
 * namespace where we are not root). When this process ends in any way, the kernel ends the host and
 * with it every namespace, process and mount in it. Rejects with `LabError` where that is not allowed.
 */
export async function openLab(): Promise<Lab> {
  const child = startHost(hostArgv(process.getuid?.() === 0));
  const { stdin, stdout } = child;
  if (!stdin || !stdout) throw new LabError('the host process has no pipes');
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let last = 0;
  let ended = false;
  const gone = new Promise<void>((resolve) => {
    child.once('error', (error) => fail(error.message, resolve));
    child.once('exit', (code, signal) => fail(`ended with ${signal ?? code}`, resolve));
  });

  function fail(why: string, resolve: () => void): void {
    ended = true;
    for (const { reject } of waiting.values()) reject(new LabError(`the laboratory ${why}`));
    waiting.clear();
    resolve();
  }

  createInterface({ input: stdout }).on('line', (line) => {
    const { id, result, error } = JSON.parse(line) as Reply;
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new LabError(error));
  });
  stdin.on('error', () => {});

  const ask = (name: string, request: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      if (ended) return reject(new LabError('the laboratory is closed'));
      const id = ++last;
      waiting.set(id, { resolve, reject });
      stdin.write(`${JSON.stringify({ id, call: name, request })}\n`);
    });
  const call =
    <Name extends keyof HostCalls>(name: Name) =>
    (request: Parameters<HostCalls[Name]>[0]): Promise<ReturnType<HostCalls[Name]>> =>
      ask(name, request) as Promise<ReturnType<HostCalls[Name]>>;

  await ask('hello', {});
  return {
    pid: hostPid(child.pid),
    build: call('build'),
    change: call('change'),
    run: call('run'),
    send: call('send'),
    clear: call('clear'),
    async close() {
      stdin.end();
      await gone;
    },
  };
}

/** `unshare` forks once: its only child is the host. */
function hostPid(unshare: number | undefined): number {
  return Number(readFileSync(`/proc/${unshare}/task/${unshare}/children`, 'utf8').trim());
}

/** The host under `unshare`: killed with us, and first of its PID namespace, so all in it ends too. */
function hostArgv(root: boolean): readonly string[] {
  const self = fileURLToPath(import.meta.url);
  const source = self.endsWith('.ts');
  const main = fileURLToPath(new URL(`./host/main.${source ? 'ts' : 'js'}`, import.meta.url));
  return [
    'unshare',
    ...(root ? [] : ['--user', '--map-root-user']),
    '--mount',
    '--net',
    '--pid',
    '--fork',
    '--kill-child=KILL',
    '--mount-proc',
    process.execPath,
    ...(source ? ['--import', 'tsx'] : []),
    main,
  ];
}
