import { fstatSync } from 'node:fs';
import { runToEnd } from '../exec.ts';
import { endProgramsIn } from './programs.ts';
import { closeFd, insideNetns, openNetns } from './syscalls.ts';
import { setBaseline } from './sysctl.ts';

/** The named network namespaces of one laboratory. They live in a mount namespace of ours alone. */
export class Namespaces {
  readonly #fds = new Map<string, number>();
  readonly #home = openNetns('/proc/self/ns/net');

  /** Gives the sandbox a `/run` of its own: names of namespaces, locks of iptables. */
  prepare(): void {
    if (process.pid !== 1) throw new Error('the host is not the first process of a PID namespace');
    must(['mount', '-t', 'tmpfs', 'hookline', '/run']);
    must(['ip', 'link', 'set', 'lo', 'up']);
  }

  /** Makes namespaces with loopback up and the baseline of settings. */
  make(names: readonly string[]): void {
    if (names.length === 0) return;
    must(['ip', '-batch', '-'], names.map((name) => `netns add ${name}\n`).join(''));
    for (const name of names) {
      this.#fds.set(name, openNetns(`/run/netns/${name}`));
      this.inside(name, setBaseline);
    }
  }

  names(): readonly string[] {
    return [...this.#fds.keys()];
  }

  /** Runs `work` inside a namespace; see `insideNetns`. Throws for an unknown name. */
  inside<T>(name: string, work: () => T): T {
    const fd = this.#fds.get(name);
    if (fd === undefined) throw new Error(`no namespace ${name}`);
    return insideNetns(this.#home, fd, work);
  }

  /** Removes all of them, and ends programs that stayed in them. */
  clear(): void {
    const inodes = [...this.#fds.values()].map((fd) => `net:[${fstatSync(fd).ino}]`);
    if (inodes.length > 0) endProgramsIn(new Set(inodes));
    for (const fd of this.#fds.values()) closeFd(fd);
    const lines = this.names().map((name) => `netns del ${name}\n`);
    this.#fds.clear();
    if (lines.length > 0) must(['ip', '-batch', '-'], lines.join(''));
  }
}

/** Runs a command that has to succeed, or throws its error text. */
export function must(argv: readonly string[], input = ''): string {
  const { status, stdout, stderr } = runToEnd(argv, input);
  if (status !== 0) throw new Error(`${argv.join(' ')}: ${stderr.trim() || `status ${status}`}`);
  return stdout;
}
