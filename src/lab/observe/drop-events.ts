/** A line of the trace buffer about a packet's buffer. */
export type BufferEvent = {
  /** CLOCK_MONOTONIC nanoseconds, rounded to microseconds. */
  readonly time: number;
  /** What the kernel prints for its address. */
  readonly buffer: string;
  /** Process and processor: `ksoftirqd/0-14 [000]`. What happens in one go has one. */
  readonly task: string;
} & EventFields;

type EventFields =
  | {
      /** It was handed up by a device, or is about to leave through one. */
      readonly kind: 'in' | 'out';
      readonly device: string;
      /** Bytes; without the link header for `in`, with it for `out`. */
      readonly length: number;
    }
  /** It was used up, as it should be; its address is somebody else's from now on. */
  | { readonly kind: 'consumed' }
  | {
      readonly kind: 'freed';
      readonly reason: string;
      /** The kernel's function. */
      readonly location: string;
      /** EtherType. */
      readonly protocol: number;
    };

const LINE = /^\s*(.*\]) \S+ +(\d+)\.(\d{6}): (\w+): (.*)$/;
const BUFFER = /\bskbaddr=(\S+)/;
const DEVICE = /^dev=(\S+) .*?\blen=(\d+)/;
const FREED = /\bprotocol=(\d+) location=([^\s+]+)\S* reason: (\S+)/;

/** Reads trace_pipe's text: events in the order of time, and how many the buffer had no room for. */
export function readBufferEvents(text: string): {
  readonly events: readonly BufferEvent[];
  readonly lost: number;
} {
  const events: BufferEvent[] = [];
  let lost = 0;
  for (const line of text.split('\n')) {
    lost += Number(/\[LOST (\d+) EVENTS\]/.exec(line)?.[1] ?? 0);
    const [, task, seconds, micros, name = '', rest = ''] = LINE.exec(line) ?? [];
    const buffer = BUFFER.exec(rest)?.[1];
    const fields = readFields(name, rest);
    if (task === undefined || buffer === undefined || !fields) continue;
    const time = Number(seconds) * 1e9 + Number(micros) * 1e3;
    events.push({ time, buffer, task, ...fields });
  }
  return { events, lost };
}

function readFields(name: string, rest: string): EventFields | null {
  switch (name) {
    case 'netif_receive_skb':
      return passing('in', rest);
    case 'net_dev_start_xmit':
      return passing('out', rest);
    case 'consume_skb':
      return { kind: 'consumed' };
    case 'kfree_skb':
      return freed(rest);
    default:
      return null;
  }
}

function passing(kind: 'in' | 'out', rest: string): EventFields | null {
  const [, device, length] = DEVICE.exec(rest) ?? [];
  return device === undefined ? null : { kind, device, length: Number(length) };
}

function freed(rest: string): EventFields | null {
  const [, protocol, location, reason] = FREED.exec(rest) ?? [];
  if (location === undefined || reason === undefined) return null;
  return { kind: 'freed', protocol: Number(protocol), location, reason };
}

/**
 * What a socket had received and nobody read: no loss. All else with which a buffer of a flow is freed
 * is one, also `NOT_SPECIFIED`: the kernel's reason at a blackhole route, and wherever nobody wrote
 * one down. What is used up is told by another event.
 */
export const LEFT_UNREAD = 'QUEUE_PURGE';

/** Reasons of packets that wait somewhere before they are lost: others are lost as they pass. */
export function isLostWaiting(reason: string): boolean {
  return /^(?:NEIGH|FRAG|QDISC|SOCKET|TCP|PROTO_MEM)/.test(reason);
}
