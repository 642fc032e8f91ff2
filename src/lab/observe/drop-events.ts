/** A line of the trace buffer about a packet's buffer; times are CLOCK_MONOTONIC nanoseconds. */
export type BufferEvent =
  | {
      /** It was handed up by a device, or is about to leave through one. */
      readonly kind: 'in' | 'out';
      readonly time: number;
      readonly buffer: string;
      readonly device: string;
      /** Bytes; without the link header for `in`, with it for `out`. */
      readonly length: number;
    }
  | {
      readonly kind: 'freed';
      readonly time: number;
      readonly buffer: string;
      /** EtherType. */
      readonly protocol: number;
      readonly reason: string;
      readonly location: string;
    };

const LINE = /\s(\d+)\.(\d{6}): (netif_receive_skb|net_dev_start_xmit|kfree_skb): (.*)$/;
const DEVICE = /^dev=(\S+) .*?skbaddr=(\S+) .*?\blen=(\d+)/;
const FREED = /^skbaddr=(\S+) .*?protocol=(\d+) location=([^\s+]+)\S* reason: (\S+)/;

/** Reads trace_pipe's text: events in the order of time, and how many the buffer had no room for. */
export function readBufferEvents(text: string): {
  readonly events: readonly BufferEvent[];
  readonly lost: number;
} {
  const events: BufferEvent[] = [];
  let lost = 0;
  for (const line of text.split('\n')) {
    lost += Number(/\[LOST (\d+) EVENTS\]/.exec(line)?.[1] ?? 0);
    const [, seconds, micros, name, fields = ''] = LINE.exec(line) ?? [];
    if (name === undefined) continue;
    const time = Number(seconds) * 1e9 + Number(micros) * 1e3;
    const event = name === 'kfree_skb' ? freed(time, fields) : passing(time, name, fields);
    if (event) events.push(event);
  }
  return { events, lost };
}

function passing(time: number, name: string, fields: string): BufferEvent | null {
  const [, device, buffer, length] = DEVICE.exec(`${fields} `) ?? [];
  if (device === undefined || buffer === undefined) return null;
  const kind = name === 'netif_receive_skb' ? 'in' : 'out';
  return { kind, time, buffer, device, length: Number(length) };
}

function freed(time: number, fields: string): BufferEvent | null {
  const [, buffer, protocol, location, reason] = FREED.exec(fields) ?? [];
  if (buffer === undefined || location === undefined || reason === undefined) return null;
  return { kind: 'freed', time, buffer, protocol: Number(protocol), reason, location };
}

/**
 * Whether a reason says that a packet was lost. Not so `NOT_SPECIFIED`, with which the kernel frees a
 * buffer wherever nobody wrote a reason down, also after use, and `QUEUE_PURGE`: what a socket had
 * received and nobody read.
 */
export function isLoss(reason: string): boolean {
  return reason !== 'NOT_SPECIFIED' && reason !== 'QUEUE_PURGE';
}
