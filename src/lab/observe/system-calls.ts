import koffi from 'koffi';
import { lastErrno, SystemCallError } from '../host/syscalls.ts';

/** The system calls of observation that Node has no function for. x86-64 and arm64 Linux. */
const libc = koffi.load('libc.so.6');

const socketCall = libc.func('int socket(int domain, int type, int protocol)');
const bindCall = libc.func('int bind(int fd, const void *address, uint32_t length)');
const setsockoptCall = libc.func(
  'int setsockopt(int fd, int level, int name, const void *value, uint32_t length)',
);
const getsockoptCall = libc.func(
  'int getsockopt(int fd, int level, int name, void *value, void *length)',
);
const sendCall = libc.func('intptr_t send(int fd, const void *data, size_t length, int flags)');
const sendtoCall = libc.func(
  'intptr_t sendto(int fd, const void *data, size_t length, int flags, const void *address, uint32_t size)',
);
const getsocknameCall = libc.func('int getsockname(int fd, void *address, void *length)');
const recvmmsgCall = libc.func(
  'int recvmmsg(int fd, void *messages, unsigned int count, int flags, void *timeout)',
);
const readCall = libc.func('intptr_t read(int fd, void *data, size_t length)');
const flockCall = libc.func('int flock(int fd, int operation)');
const nameOfIndex = libc.func('void *if_indextoname(unsigned int index, void *name)');
const clockCall = libc.func('int clock_gettime(int clock, void *time)');
const mountCall = libc.func(
  'int mount(const char *source, const char *target, const char *type, unsigned long flags, const void *data)',
);

/** A socket that never blocks and that no child process inherits. Throws `SystemCallError`. */
export function openSocket(domain: number, type: number, protocol: number): number {
  const SOCK_NONBLOCK = 0o4000;
  const SOCK_CLOEXEC = 0o2000000;
  return checked('socket', socketCall(domain, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
}

export function bindSocket(fd: number, address: Uint8Array): void {
  checked('bind', bindCall(fd, address, address.length));
}

/** Sets an option that is a number. */
export function setOption(fd: number, level: number, name: number, value: number): void {
  const bytes = new Uint8Array(Int32Array.of(value).buffer);
  checked('setsockopt', setsockoptCall(fd, level, name, bytes, bytes.length));
}

/** Reads an option into bytes of a known size. */
export function getOption(fd: number, level: number, name: number, size: number): DataView {
  const bytes = new Uint8Array(size);
  checked('getsockopt', getsockoptCall(fd, level, name, bytes, Uint32Array.of(size)));
  return new DataView(bytes.buffer);
}

export function sendAll(fd: number, data: Uint8Array): void {
  checked('send', Number(sendCall(fd, data, data.length, 0)));
}

export function sendTo(fd: number, data: Uint8Array, address: Uint8Array): void {
  checked('sendto', Number(sendtoCall(fd, data, data.length, 0, address, address.length)));
}

/** Takes the file's lock if nobody has it. It is given back when the file is closed, or the process ends. */
export function tryLock(fd: number): boolean {
  const LOCK_EX = 2;
  const LOCK_NB = 4;
  if (flockCall(fd, LOCK_EX | LOCK_NB) >= 0) return true;
  const errno = lastErrno();
  if (errno === 'EAGAIN' || errno === 'EWOULDBLOCK') return false;
  throw new SystemCallError('flock', errno);
}

/** The address a socket is bound to. */
export function socketName(fd: number, size: number): Uint8Array {
  const address = new Uint8Array(size);
  checked('getsockname', getsocknameCall(fd, address, Uint32Array.of(size)));
  return address;
}

/** Number of datagrams that were put where the message headers point, or -1 when none waits. */
export function receiveMany(fd: number, headers: Uint8Array, count: number): number {
  return waiting('recvmmsg', recvmmsgCall(fd, headers, count, 0, null));
}

/** Bytes read of a file that was opened without blocking, or -1 when there are none now. */
export function readSome(fd: number, into: Uint8Array): number {
  return waiting('read', Number(readCall(fd, into, into.length)));
}

/** A device's name in the namespace of this thread; null when it has gone. */
export function deviceName(index: number): string | null {
  const name = new Uint8Array(16);
  if (nameOfIndex(index, name) === null) return null;
  return new TextDecoder().decode(name.subarray(0, name.indexOf(0)));
}

export function mountFilesystem(type: string, target: string): void {
  checked('mount', mountCall(type, target, type, 0, null));
}

export const CLOCK_REALTIME = 0;
export const CLOCK_MONOTONIC = 1;

/** Nanoseconds of one of the kernel's clocks. */
export function clockTime(clock: typeof CLOCK_REALTIME | typeof CLOCK_MONOTONIC): bigint {
  const time = new BigInt64Array(2);
  checked('clock_gettime', clockCall(clock, time));
  return (time[0] ?? 0n) * 1_000_000_000n + (time[1] ?? 0n);
}

/** The address of memory that stays where it is for as long as it is referenced. */
export function addressOf(memory: Uint8Array): bigint {
  return koffi.address(memory);
}

function checked(call: string, result: number): number {
  if (result === -1) throw new SystemCallError(call, lastErrno());
  return result;
}

function waiting(call: string, result: number): number {
  if (result !== -1) return result;
  const errno = lastErrno();
  if (errno === 'EAGAIN' || errno === 'EINTR') return -1;
  throw new SystemCallError(call, errno);
}
