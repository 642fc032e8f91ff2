import koffi, { type KoffiFunc } from 'koffi';
import { lastErrno, SystemCallError } from '../host/syscalls.ts';

/**
 * Socket calls that Node has no function for. All sockets are non-blocking. Each returns what the C
 * function returns, or throws `SystemCallError`; "would block" is `null`.
 */
const libc = koffi.load('libc.so.6');

const c = {
  socket: libc.func('int socket(int, int, int)'),
  bind: libc.func('int bind(int, const void *, uint32_t)'),
  connect: libc.func('int connect(int, const void *, uint32_t)'),
  listen: libc.func('int listen(int, int)'),
  accept4: libc.func('int accept4(int, void *, void *, int)'),
  shutdown: libc.func('int shutdown(int, int)'),
  setsockopt: libc.func('int setsockopt(int, int, int, const void *, uint32_t)'),
  getsockopt: libc.func('int getsockopt(int, int, int, void *, void *)'),
  getsockname: libc.func('int getsockname(int, void *, void *)'),
  getpeername: libc.func('int getpeername(int, void *, void *)'),
  send: libc.func('long send(int, const void *, size_t, int)'),
  sendto: libc.func('long sendto(int, const void *, size_t, int, const void *, uint32_t)'),
  recv: libc.func('long recv(int, void *, size_t, int)'),
  read: libc.func('long read(int, void *, size_t)'),
  write: libc.func('long write(int, const void *, size_t)'),
  sendmsg: libc.func('long sendmsg(int, const void *, int)'),
  recvmsg: libc.func('long recvmsg(int, void *, int)'),
  ioctl: libc.func('int ioctl(int, unsigned long, void *)'),
  if_nametoindex: libc.func('unsigned int if_nametoindex(const char *)'),
};

/** sys/socket.h, asm-generic. */
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;
export const SOCK_STREAM = 1;
export const SOCK_DGRAM = 2;
export const SOCK_RAW = 3;
export const SOL_SOCKET = 1;

const SOCK_NONBLOCK = 0o4000;
const SOCK_CLOEXEC = 0o2000000;
const MSG_NOSIGNAL = 0x4000;
const MSG_ERRQUEUE = 0x2000;
const SO_ERROR = 4;

/** Opens a non-blocking socket in this thread's network namespace. */
export function openSocket(family: number, type: number, protocol = 0): number {
  return done('socket', c.socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol));
}

export function bindSocket(fd: number, address: Buffer): void {
  done('bind', c.bind(fd, address, address.length));
}

/** True when the connection stands at once, false while it is being made. */
export function connectSocket(fd: number, address: Buffer): boolean {
  if (c.connect(fd, address, address.length) === 0) return true;
  const errno = lastErrno();
  if (errno === 'EINPROGRESS') return false;
  throw new SystemCallError('connect', errno);
}

export function listenSocket(fd: number): void {
  done('listen', c.listen(fd, 128));
}

/** The next accepted connection, non-blocking. */
export function acceptSocket(fd: number): number | null {
  return orBlocked('accept4', c.accept4(fd, null, null, SOCK_NONBLOCK | SOCK_CLOEXEC));
}

/** No more data from us: the other side reads an end. */
export function endWriting(fd: number): void {
  done('shutdown', c.shutdown(fd, 1));
}

export function setIntOption(fd: number, level: number, option: number, value: number): void {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value | 0);
  setOption(fd, level, option, bytes);
}

export function setOption(fd: number, level: number, option: number, value: Buffer): void {
  done('setsockopt', c.setsockopt(fd, level, option, value, value.length));
}

/** Takes the socket's pending error number; 0 when there is none. */
export function takeError(fd: number): number {
  const value = Buffer.alloc(4);
  const length = Buffer.from([4, 0, 0, 0]);
  done('getsockopt', c.getsockopt(fd, SOL_SOCKET, SO_ERROR, value, length));
  return value.readInt32LE();
}

/** The socket's own address, as a sockaddr. */
export function ownName(fd: number): Buffer {
  return nameOf('getsockname', c.getsockname, fd);
}

/** The other end's address, as a sockaddr. */
export function peerName(fd: number): Buffer {
  return nameOf('getpeername', c.getpeername, fd);
}

function nameOf(
  call: string,
  ask: KoffiFunc<(fd: number, name: Buffer, length: Buffer) => number>,
  fd: number,
): Buffer {
  const name = Buffer.alloc(128);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(name.length);
  done(call, ask(fd, name, length));
  return name.subarray(0, length.readUInt32LE());
}

/** Sends on a connected socket. Returns how many bytes went, null when the buffer is full. */
export function sendBytes(fd: number, bytes: Buffer): number | null {
  return orBlocked('send', c.send(fd, bytes, bytes.length, MSG_NOSIGNAL));
}

export function sendBytesTo(fd: number, bytes: Buffer, to: Buffer): number | null {
  return orBlocked('sendto', c.sendto(fd, bytes, bytes.length, MSG_NOSIGNAL, to, to.length));
}

/** Takes what is queued beside a pending error (IP_RECVERR): until then the socket is always ready. */
export function dropErrorQueue(fd: number): void {
  const room = Buffer.alloc(256);
  while (orBlocked('recv', c.recv(fd, room, room.length, MSG_ERRQUEUE)) !== null);
}

/** Null when there is nothing; empty at the end of a stream. */
export function receiveBytes(fd: number, room: Buffer): Buffer | null {
  const length = orBlocked('recv', c.recv(fd, room, room.length, 0));
  return length === null ? null : room.subarray(0, length);
}

export function readBytes(fd: number, room: Buffer): Buffer | null {
  const length = orBlocked('read', c.read(fd, room, room.length));
  return length === null ? null : room.subarray(0, length);
}

export function writeBytes(fd: number, bytes: Buffer): number | null {
  return orBlocked('write', c.write(fd, bytes, bytes.length));
}

export function controlDevice(fd: number, request: number, argument: Buffer): void {
  done('ioctl', c.ioctl(fd, request, argument));
}

/** The index of a device in this thread's network namespace. */
export function deviceIndex(name: string): number {
  const index = c.if_nametoindex(name) as number;
  if (index === 0) throw new SystemCallError(`device ${name}`, lastErrno());
  return index;
}

export interface Message {
  readonly data: Buffer;
  /** The other end, as a sockaddr. */
  readonly name: Buffer;
  /** Control messages, as the kernel laid them out (cmsg(3)). */
  readonly control: Buffer;
}

/** recvmsg(2) with room for control messages; null when there is nothing. */
export function receiveMessage(fd: number): Message | null {
  const data = Buffer.alloc(65536);
  const name = Buffer.alloc(28);
  const control = Buffer.alloc(256);
  const { header, iov } = messageHeader(name, data, control);
  const length = orBlocked('recvmsg', c.recvmsg(fd, header, 0));
  // The kernel writes through these addresses: they have to live until here.
  if (length === null || iov.length === 0) return null;
  return {
    data: data.subarray(0, length),
    name: name.subarray(0, header.readUInt32LE(8)),
    control: control.subarray(0, Number(header.readBigUInt64LE(40))),
  };
}

/** sendmsg(2) with control messages; null when the buffer is full. */
export function sendMessage(fd: number, { data, name, control }: Message): number | null {
  const { header, iov } = messageHeader(name, data, control);
  const sent = orBlocked('sendmsg', c.sendmsg(fd, header, MSG_NOSIGNAL));
  return iov.length === 0 ? null : sent;
}

/** struct msghdr with one struct iovec, 64 bit. */
function messageHeader(
  name: Buffer,
  data: Buffer,
  control: Buffer,
): { readonly header: Buffer; readonly iov: Buffer } {
  const iov = Buffer.alloc(16);
  iov.writeBigUInt64LE(koffi.address(data), 0);
  iov.writeBigUInt64LE(BigInt(data.length), 8);
  const header = Buffer.alloc(56);
  header.writeBigUInt64LE(koffi.address(name), 0);
  header.writeUInt32LE(name.length, 8);
  header.writeBigUInt64LE(koffi.address(iov), 16);
  header.writeBigUInt64LE(1n, 24);
  header.writeBigUInt64LE(koffi.address(control), 32);
  header.writeBigUInt64LE(BigInt(control.length), 40);
  return { header, iov };
}

function done(call: string, result: number): number {
  if (result < 0) throw new SystemCallError(call, lastErrno());
  return result;
}

function orBlocked(call: string, result: number): number | null {
  if (result >= 0) return result;
  const errno = lastErrno();
  if (errno === 'EAGAIN') return null;
  throw new SystemCallError(call, errno);
}
