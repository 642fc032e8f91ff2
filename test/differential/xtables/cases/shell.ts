import { type ChildProcess, spawn } from 'node:child_process';
import type { Namespaces } from '../../paths/namespaces.ts';

/** A shell that stays in a namespace: a command costs no way into it. */
export interface Shell {
  /** What a command printed. Rejects when the shell ended. */
  run(command: string): Promise<string>;
  end(): void;
}

const MARK = '=== done';

/** Starts a shell in a namespace; commands are run one after the other. */
export function startShell(ns: Namespaces, name: string): Shell {
  const child = spawn('ip', ['netns', 'exec', ns.named(name), 'sh'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  let waiting: { resolve(text: string): void; reject(error: Error): void } | null = null;
  child.stdout.setEncoding('utf8');
  child.stdout.on('data', (part: string) => {
    text += part;
    const end = text.indexOf(`${MARK}\n`);
    if (end < 0) return;
    const done = text.slice(0, end);
    text = text.slice(end + MARK.length + 1);
    waiting?.resolve(done);
    waiting = null;
  });
  child.on('exit', (code) => waiting?.reject(new Error(`the shell ended with ${code}`)));
  return {
    run: (command) =>
      new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        child.stdin.write(`${command}\necho '${MARK}'\n`);
      }),
    end: () => {
      child.kill('SIGKILL');
    },
  };
}

/** Puts frames on a device of a namespace, one for each call. */
export interface FrameSender {
  send(frame: Buffer): void;
  end(): void;
}

/** Each frame must have been seen before the next is sent, or two of them become one. */
export function startSender(ns: Namespaces, name: string, device: string): FrameSender {
  const child: ChildProcess = spawn(
    'ip',
    ['netns', 'exec', ns.named(name), 'socat', '-u', '-b65536', '-', `INTERFACE:${device}`],
    { stdio: ['pipe', 'ignore', 'inherit'] },
  );
  return {
    send: (frame) => {
      child.stdin?.write(frame);
    },
    end: () => {
      child.kill('SIGKILL');
    },
  };
}
