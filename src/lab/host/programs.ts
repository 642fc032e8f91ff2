import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import koffi from 'koffi';

const waitpid = koffi.load('libc.so.6').func('int waitpid(int, void *, int)');

/** Of this process, the first of a PID namespace: who loses its parent becomes its child. */
const HOST = 1;

const WNOHANG = 1;

/**
 * Ends programs that stayed in network namespaces, named as /proc/PID/ns/net is. To be called when no
 * program runs that is to answer: children of nobody that have ended are reaped here.
 */
export function endProgramsIn(namespaces: ReadonlySet<string>): void {
  const killed = new Set(others().filter((pid) => namespaces.has(netnsOf(pid))));
  for (const pid of killed) process.kill(pid, 'SIGKILL');
  // A parent that ends makes its children ours: until none of the killed is.
  for (let ours = [...killed].filter(isOurs); ours.length > 0; ours = [...killed].filter(isOurs)) {
    for (const pid of ours) waitpid(pid, null, 0);
  }
  for (const pid of others().filter(isOurs)) waitpid(pid, null, WNOHANG);
}

function isOurs(pid: number): boolean {
  return parentOf(pid) === HOST;
}

function others(): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > HOST);
}

/** `net:[4026532301]`; empty for a process that has ended. */
function netnsOf(pid: number): string {
  try {
    return readlinkSync(`/proc/${pid}/ns/net`);
  } catch {
    return '';
  }
}

function parentOf(pid: number): number | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}
