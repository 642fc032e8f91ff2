import { closeFd, SystemCallError } from '../host/syscalls.ts';
import { setIntOption } from './calls.ts';

const IPPROTO_TCP = 6;
const TCP_REPAIR = 19;

/**
 * Closes a socket without a packet: no FIN, no reset, no TIME_WAIT, so that what follows on the wire
 * belongs to the next flow. A TCP socket under repair is dropped silently. Linux: tcp_disconnect().
 */
export function vanish(fd: number): void {
  try {
    setIntOption(fd, IPPROTO_TCP, TCP_REPAIR, 1);
  } catch (error) {
    // A datagram socket has no repair and says nothing when it closes.
    if (!(error instanceof SystemCallError)) throw error;
  }
  closeFd(fd);
}
