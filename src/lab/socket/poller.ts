import { closeSync } from 'node:fs';
import koffi from 'koffi';
import { lastErrno, SystemCallError } from '../host/syscalls.ts';
import { writeBytes } from './calls.ts';

const libc = koffi.load('libc.so.6');
const epollCreate = libc.func('int epoll_create1(int)');
const epollControl = libc.func('int epoll_ctl(int, int, int, const void *)');
const epollWait = libc.func('int epoll_wait(int, void *, int, int)');
const eventFd = libc.func('int eventfd(unsigned int, int)');

/** sys/epoll.h */
export const READABLE = 0x1;
export const WRITABLE = 0x4;
const EPOLL_CLOEXEC = 0o2000000;
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;

/** struct epoll_event is packed on x86-64 only. */
const EVENT_SIZE = process.arch === 'x64' ? 12 : 16;
const EVENT_DATA = process.arch === 'x64' ? 4 : 8;
const EVENTS = 64;

/**
 * Waits for all sockets of a host at once, in a thread of its own, and calls their handlers in ours.
 * Errors and hang-ups call the handler too: it finds out by reading.
 */
export class Poller {
  readonly #fd = made('epoll_create1', epollCreate(EPOLL_CLOEXEC));
  readonly #wake = made('eventfd', eventFd(0, EPOLL_CLOEXEC));
  readonly #handlers = new Map<number, () => void>();
  readonly #events = Buffer.alloc(EVENT_SIZE * EVENTS);
  #closing: (() => void) | null = null;
  #turns = 0;

  constructor() {
    this.watch(this.#wake, READABLE, () => {});
    this.#wait();
  }

  /** Grows with every event that was handled. */
  get activity(): number {
    return this.#turns;
  }

  watch(fd: number, events: number, handler: () => void): void {
    const operation = this.#handlers.has(fd) ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
    this.#handlers.set(fd, handler);
    const event = Buffer.alloc(EVENT_SIZE);
    event.writeUInt32LE(events, 0);
    event.writeInt32LE(fd, EVENT_DATA);
    made('epoll_ctl', epollControl(this.#fd, operation, fd, event));
  }

  /** To be called before the socket is closed. */
  forget(fd: number): void {
    if (this.#handlers.delete(fd)) epollControl(this.#fd, EPOLL_CTL_DEL, fd, null);
  }

  /** Handles what is there now, without waiting; true when there was something. */
  handleNow(): boolean {
    const before = this.#turns;
    this.#handle(epollWait(this.#fd, this.#events, EVENTS, 0) as number, this.#events);
    return this.#turns !== before;
  }

  /** Stops waiting. A process cannot exit while the thread waits. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#closing = () => {
        closeSync(this.#fd);
        closeSync(this.#wake);
        resolve();
      };
      writeBytes(this.#wake, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]));
    });
  }

  #wait(): void {
    const events = Buffer.alloc(EVENT_SIZE * EVENTS);
    epollWait.async(this.#fd, events, EVENTS, -1, (_error: unknown, count: number) => {
      if (this.#closing) return this.#closing();
      // What was handled meanwhile is found blocked by its handler; level-triggered, nothing is lost.
      this.#handle(count, events);
      this.#wait();
    });
  }

  #handle(count: number, events: Buffer): void {
    for (let i = 0; i < count; i++) {
      const fd = events.readInt32LE(i * EVENT_SIZE + EVENT_DATA);
      const handler = this.#handlers.get(fd);
      if (!handler) continue;
      this.#turns++;
      handler();
    }
  }
}

function made(call: string, result: number): number {
  if (result < 0) throw new SystemCallError(call, lastErrno());
  return result;
}
