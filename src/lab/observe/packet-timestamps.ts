import { closeFd, SystemCallError } from '../host/syscalls.ts';
import type { ControlMessage, MessageBatch } from './message-batch.ts';
import { SOL_SOCKET } from './socket-buffer.ts';
import {
  bindSocket,
  CLOCK_REALTIME,
  clockTime,
  openSocket,
  sendTo,
  setOption,
  socketName,
} from './system-calls.ts';

const AF_INET = 2;
const SOCK_DGRAM = 2;
const SO_TIMESTAMPNS = 35;

/** Asks for the kernel's time of each packet with it. */
export function stampPackets(fd: number): void {
  setOption(fd, SOL_SOCKET, SO_TIMESTAMPNS, 1);
}

/** CLOCK_REALTIME nanoseconds at which a packet passed the device; null without a time. */
export function stampOf(control: readonly ControlMessage[]): bigint | null {
  const stamp = control.find(({ level, type }) => level === SOL_SOCKET && type === SO_TIMESTAMPNS);
  if (!stamp) return null;
  return stamp.data.getBigInt64(0, true) * 1_000_000_000n + stamp.data.getBigInt64(8, true);
}

/** Milliseconds; the kernel takes one or two. */
const PATIENCE = 1_000;

/**
 * Waits until packets get their time as they pass. The first socket that asks for it switches it on a
 * moment later, and until then a packet gets the time at which it is read. Sends datagrams to itself
 * in this namespace until one has a time from before it was read. Gives up where loopback is down.
 * Linux: net_enable_timestamp(), __sock_recv_timestamp().
 */
export async function packetsAreStamped(batch: MessageBatch): Promise<boolean> {
  const fd = openSocket(AF_INET, SOCK_DGRAM, 0);
  try {
    stampPackets(fd);
    // 127.0.0.1, any port.
    bindSocket(fd, Uint8Array.of(AF_INET, 0, 0, 0, 127, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0));
    const self = socketName(fd, 16);
    for (const end = Date.now() + PATIENCE; Date.now() < end; ) {
      sendTo(fd, Uint8Array.of(0), self);
      const sent = clockTime(CLOCK_REALTIME);
      let stamped = false;
      batch.drain(fd, ({ control }) => {
        const stamp = stampOf(control);
        if (stamp !== null && stamp <= sent) stamped = true;
      });
      if (stamped) return true;
      await new Promise((resolve) => setImmediate(resolve));
    }
    return false;
  } catch (error) {
    if (error instanceof SystemCallError) return false;
    throw error;
  } finally {
    closeFd(fd);
  }
}
