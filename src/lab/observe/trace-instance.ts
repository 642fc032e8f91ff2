import {
  closeSync,
  constants,
  mkdirSync,
  openSync,
  readlinkSync,
  rmdirSync,
  writeFileSync,
} from 'node:fs';
import { SystemCallError } from '../host/syscalls.ts';
import { mountFilesystem, readSome } from './system-calls.ts';

/** tracefs in the sandbox's own `/run`. Its instances belong to the whole machine. */
export const TRACEFS = '/run/hookline-tracefs';

/**
 * Instances are named by the PID namespace of the laboratory that made them: `hookline-4026532301`.
 * It is over when no process has that namespace any more (`/proc/PID/ns/pid`), and then the instance
 * may be removed: `echo 0 > tracing_on; rmdir`.
 */
export const TRACE_INSTANCE = /^hookline-(\d+)$/;

/** The instance's name, from what `/proc/PID/ns/pid` of a process in the laboratory links to. */
export function traceInstanceOf(pidNamespace: string): string {
  return `hookline-${/\d+/.exec(pidNamespace)?.[0]}`;
}

const EVENTS = [
  'skb/kfree_skb',
  'skb/consume_skb',
  'net/netif_receive_skb',
  'net/net_dev_start_xmit',
] as const;

/** ETH_P_IP, ETH_P_IPV6: what flows are made of. Netlink and unix sockets free their buffers too. */
const OF_FLOWS = 'protocol == 2048 || protocol == 34525';

/** Kilobytes per processor: about ten thousand events. */
const BUFFER = '1024';

/** Characters of one `read`; when it returns as many, there is more. */
export const MOST_READ = 1 << 24;

let instance: TraceInstance | null = null;

/**
 * This process's instance, recording. Making and removing one takes the kernel some 40 milliseconds
 * each, so it stays until the process ends and pauses between observations. Throws where it may not.
 */
export function borrowTraceInstance(): TraceInstance {
  if (!instance) {
    const made = new TraceInstance();
    process.once('exit', () => made.remove());
    instance = made;
  }
  instance.resume();
  return instance;
}

/** A trace buffer of our own that records which packets are freed, and where they came from. */
export class TraceInstance {
  readonly #path: string;
  readonly #pipe: number;
  readonly #chunk = new Uint8Array(1 << 16);
  /** How the trace names this process: `node-29670`, with the PID that it has outside. */
  readonly self: string;

  /** Throws `SystemCallError` or the error of a file where that is not allowed. */
  constructor() {
    mountTracefs();
    this.#path = `${TRACEFS}/instances/${traceInstanceOf(readlinkSync('/proc/self/ns/pid'))}`;
    makeFolder(this.#path);
    try {
      this.#write('buffer_size_kb', BUFFER);
      // A clock that all processors share, and that reports use.
      this.#write('trace_clock', 'mono');
      this.#write('events/skb/kfree_skb/filter', OF_FLOWS);
      this.#pipe = openSync(`${this.#path}/trace_pipe`, constants.O_RDONLY | constants.O_NONBLOCK);
      this.#write('trace_marker', 'self');
      this.self = /(\S.*-\d+) +\[\d+\].*tracing_mark_write/.exec(this.read())?.[1] ?? '';
    } catch (error) {
      rmdirSync(this.#path);
      throw error;
    }
  }

  resume(): void {
    for (const event of EVENTS) this.#write(`events/${event}/enable`, '1');
  }

  /** A disabled event costs the machine nothing. */
  pause(): void {
    this.#write('set_event', '');
  }

  /**
   * What was recorded since the last call, as text, up to `MOST_READ`. The kernel writes while a packet
   * is freed: where packets go in circles, also those of others, there is no end to it.
   */
  read(): string {
    const decoder = new TextDecoder();
    let text = '';
    for (;;) {
      const length = text.length < MOST_READ ? readSome(this.#pipe, this.#chunk) : 0;
      if (length <= 0) return text;
      text += decoder.decode(this.#chunk.subarray(0, length), { stream: true });
    }
  }

  remove(): void {
    this.pause();
    closeSync(this.#pipe);
    rmdirSync(this.#path);
  }

  #write(file: string, text: string): void {
    writeFileSync(`${this.#path}/${file}`, text);
  }
}

/**
 * The kernel gives numbers of namespaces again: an instance that is there already belongs to a
 * laboratory that was killed.
 */
function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    rmdirSync(path);
    mkdirSync(path);
  }
}

/** Mounts tracefs in the sandbox. Throws `SystemCallError` where that is not allowed. */
export function mountTracefs(): void {
  mkdirSync(TRACEFS, { recursive: true });
  try {
    mountFilesystem('tracefs', TRACEFS);
  } catch (error) {
    if (!(error instanceof SystemCallError && error.errno === 'EBUSY')) throw error;
  }
}
