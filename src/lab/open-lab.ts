import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { startHost } from './exec.ts';
import { noteKept, startTimeOf } from './kept.ts';
import type { HostCalls, KeptLab, Lab } from './lab.ts';
import { fromLine, toLine } from './line-json.ts';

/** A laboratory could not be opened or a call failed; the message says which command and why. */
export class LabError extends Error {}

interface Reply {
  readonly id: number;
  readonly result?: unknown;
  readonly error?: string;
}

export interface LabOptions {
  /** Whether `keep` may be called: the kernel then does not end the host with this process. */
  readonly mayStay?: boolean;
}

/**
 * Opens a laboratory: a host process in mount, PID and network namespaces of its own (and a user
 * namespace where we are not root). When this process ends in any way, the kernel ends the host and
 * with it every namespace, process and mount in it. Rejects with `LabError` where that is not allowed.
 */
export async function openLab({ mayStay = false }: LabOptions = {}): Promise<Lab> {
  const root = process.getuid?.() === 0;
  const child = startHost(hostArgv(root, mayStay));
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new LabError('the host process has no pipes');
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let last = 0;
  let ended = false;
  /** What the host said on standard error: why it could not start, or a warning of its runtime. */
  let said = '';
  stderr.on('data', (data: Buffer) => {
    said = `${said}${data}`.slice(-4000);
  });
  const gone = new Promise<void>((resolve) => {
    child.once('error', (error) => fail(error.message, resolve));
    child.once('close', (code, signal) => fail(`ended with ${signal ?? code}`, resolve));
  });

  function fail(how: string, resolve: () => void): void {
    ended = true;
    const why = said.trim() === '' ? how : `${how}: ${said.trim()}`;
    for (const { reject } of waiting.values()) reject(new LabError(`the laboratory ${why}`));
    waiting.clear();
    resolve();
  }

  createInterface({ input: stdout }).on('line', (line) => {
    const { id, result, error } = fromLine(line) as Reply;
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
      stdin.write(`${toLine({ id, call: name, request })}\n`);
    });
  const call =
    <Name extends keyof HostCalls>(name: Name) =>
    (request: Parameters<HostCalls[Name]>[0]): Promise<ReturnType<HostCalls[Name]>> =>
      ask(name, request) as Promise<ReturnType<HostCalls[Name]>>;

  const pid = await hostPid(child.pid, ask('hello', {})).catch((error) => {
    stdin.end();
    throw error;
  });
  return {
    pid,
    build: call('build'),
    change: call('change'),
    run: call('run'),
    send: call('send'),
    collect: call('collect'),
    clear: call('clear'),
    async close() {
      stdin.end();
      // A host that cannot come to its end is ended: the kernel then takes all of it down.
      const late = setTimeout(() => child.kill('SIGKILL'), CLOSE_PATIENCE);
      await gone;
      clearTimeout(late);
    },
    async keep() {
      if (!mayStay) throw new LabError('the laboratory was not opened to stay');
      const namespaces = (await ask('keep', {})) as readonly string[];
      const startTime = startTimeOf(pid);
      if (startTime === null) throw new LabError('the laboratory has ended');
      const enter = ['nsenter', '-t', `${pid}`, ...(root ? [] : ENTER_AS_USER), '-m', '-p', '-n'];
      const kept: KeptLab = { pid, startTime, namespaces, enter };
      noteKept(kept);
      for (const stream of [stdin, stdout, stderr]) stream.destroy();
      child.unref();
      ended = true;
      return kept;
    },
  };
}

/** Milliseconds; a host needs a few of them to close its sockets and its trace instance. */
const CLOSE_PATIENCE = 5_000;

const ENTER_AS_USER = ['-U', '--preserve-credentials'];

/** `unshare` forks once: its only child is the host, which is there when it has answered. */
async function hostPid(unshare: number | undefined, hello: Promise<unknown>): Promise<number> {
  await hello;
  return Number(readFileSync(`/proc/${unshare}/task/${unshare}/children`, 'utf8').trim());
}

/**
 * The host under `unshare`: first of its PID namespace, so that all in it ends with it. The kernel ends
 * `unshare` with us, also when the host is too busy to see that nobody asks it any more; for a user who
 * is not root a user namespace undoes that. Linux: commit_creds() clears pdeath_signal.
 */
function hostArgv(root: boolean, mayStay: boolean): readonly string[] {
  const self = fileURLToPath(import.meta.url);
  const source = self.endsWith('.ts');
  const main = fileURLToPath(new URL(`./host/main.${source ? 'ts' : 'js'}`, import.meta.url));
  return [
    ...(root && !mayStay ? ['setpriv', '--pdeathsig', 'KILL'] : []),
    'unshare',
    ...(root ? [] : ['--user', '--map-root-user']),
    '--mount',
    '--net',
    '--pid',
    '--fork',
    '--kill-child=KILL',
    '--mount-proc',
    process.execPath,
    ...(source ? ['--import', import.meta.resolve('tsx')] : []),
    main,
  ];
}
