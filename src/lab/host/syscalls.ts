import { closeSync, openSync } from 'node:fs';
import koffi from 'koffi';

/**
 * The few system calls that Node has no function for. Each returns what the C function returns, or
 * throws `SystemCallError` with the errno's name where -1 is never an answer. x86-64 and arm64 Linux.
 */
const libc = koffi.load('libc.so.6');

const setnsCall = libc.func('int setns(int fd, int nstype)');

/** sched.h */
const CLONE_NEWNET = 0x4000_0000;

export class SystemCallError extends Error {
  readonly errno: string;
  constructor(call: string, errno: string) {
    super(`${call}: ${errno}`);
    this.errno = errno;
  }
}

/** The name of the last error of this thread: `ECONNREFUSED`. */
export function lastErrno(): string {
  const number = koffi.errno();
  return Object.entries(koffi.os.errno).find(([, value]) => value === number)?.[0] ?? `E${number}`;
}

/** Opens a network namespace by path; keep it to enter later. */
export function openNetns(path: string): number {
  return openSync(path, 'r');
}

/**
 * Runs `work` with this thread inside a network namespace. Sockets made and processes started in it
 * belong to that namespace and stay there. `work` must not wait: no promise may cross the border.
 */
export function insideNetns<T>(home: number, target: number, work: () => T): T {
  enter(target);
  try {
    return work();
  } finally {
    enter(home);
  }
}

function enter(fd: number): void {
  if (setnsCall(fd, CLONE_NEWNET) !== 0) throw new SystemCallError('setns', lastErrno());
}

/** Closes what `openNetns` or a socket call returned. */
export function closeFd(fd: number): void {
  closeSync(fd);
}
