import { SystemCallError } from '../host/syscalls.ts';
import { setOption } from './system-calls.ts';

export const SOL_SOCKET = 1;
const SO_RCVBUF = 8;
const SO_RCVBUFFORCE = 33;

/** Bytes: a burst of a few thousand small frames, of which the kernel counts 768 and more each. */
const WANTED = 16 << 20;

/** Makes room for what arrives between two reads: beyond the machine's limit where we may. */
export function biggerBuffer(fd: number): void {
  try {
    setOption(fd, SOL_SOCKET, SO_RCVBUFFORCE, WANTED);
  } catch (error) {
    if (!(error instanceof SystemCallError)) throw error;
    setOption(fd, SOL_SOCKET, SO_RCVBUF, WANTED);
  }
}
