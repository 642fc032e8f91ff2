import { closeSync, openSync } from 'node:fs';
import { constants } from 'node:os';
import koffi from 'koffi';

/**
 * Errors of system calls, and the one call that enters a network namespace. x86-64 and arm64 Linux.
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

/**
 * All of Linux from koffi, for Node leaves many out (EREMOTEIO); the usual names from Node, where two
 * share a number (EAGAIN, EWOULDBLOCK: the first).
 */
const ERRNO_NAMES = new Map(
  [...Object.entries(koffi.os.errno), ...Object.entries(constants.errno).reverse()].map(
    ([name, number]) => [number, name],
  ),
);

/** The name of an error number: `ECONNREFUSED`. */
export function errnoName(number: number): string {
  return ERRNO_NAMES.get(number) ?? `E${number}`;
}

/** The name of the last error of this thread. */
export function lastErrno(): string {
  return errnoName(koffi.errno());
}

/** Opens a network namespace by path; keep it to enter later. */
export function openNetns(path: string): number {
  return openSync(path, 'r');
}

/**
 * Runs `work` with this thread inside a network namespace. Sockets made and processes started in it
 * belong to that namespace and stay there. `work` must not wait: what it starts may, outside.
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
