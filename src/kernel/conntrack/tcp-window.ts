import type { CtDirection } from '../../linux/ct-state.ts';
import type { TcpFlags, TcpSequence } from '../../packet/packet.ts';
import type { LastSegment } from './connection.ts';
import { type TcpState, tcpKind } from './tcp-state.ts';

/** What the tracker knows of one end's stream. Linux: struct ip_ct_tcp_state. */
export interface TcpSide {
  /** The highest byte it has sent, and the highest that it may send. */
  end: number;
  maxEnd: number;
  /** The largest window it has offered; 0: nothing was heard of it yet. */
  maxWindow: number;
  /** The highest byte it has acknowledged; null before it did. */
  maxAck: number | null;
  scale: number;
  scaleOffered: boolean;
  sackPermitted: boolean;
  /** Picked up from the middle: its scale is not known, so all its numbers pass. */
  liberal: boolean;
}

export type TcpWindows = Readonly<Record<CtDirection, TcpSide>>;

/** `ignored`: it passes and changes nothing; `invalid`: it is refused. */
export type WindowVerdict = 'in' | 'ignored' | 'invalid';

const SILENT: TcpSide = {
  end: 0,
  maxEnd: 0,
  maxWindow: 0,
  maxAck: null,
  scale: 0,
  scaleOffered: false,
  sackPermitted: false,
  liberal: false,
};

const HIGHEST_SCALE = 14;
/** MAXACKWINCONST. */
const LEAST_ACK_WINDOW = 66_000;

/** Numbers go round at 2^32. */
export function before(a: number, b: number): boolean {
  return (a - b) >> 0 < 0;
}

const after = (a: number, b: number): boolean => before(b, a);
const wrap = (number: number): number => number >>> 0;

/** The number after a segment's last byte; SYN and FIN count as one. Linux: segment_seq_plus_len(). */
export function segmentEnd(flags: TcpFlags, { seq, payload }: TcpSequence): number {
  return wrap(seq + payload + (flags.syn ? 1 : 0) + (flags.fin ? 1 : 0));
}

/** What a connection's first segment tells. Linux: tcp_new(). */
export function openWindows(flags: TcpFlags, numbers: TcpSequence): TcpWindows {
  const end = segmentEnd(flags, numbers);
  const maxWindow = numbers.window || 1;
  if (tcpKind(flags) === 'syn') {
    return {
      original: { ...SILENT, end, maxEnd: end, maxWindow, ...options(numbers) },
      reply: { ...SILENT },
    };
  }
  const pickedUp = { ...SILENT, sackPermitted: true, liberal: true };
  return {
    original: { ...pickedUp, end, maxEnd: wrap(end + maxWindow), maxWindow },
    reply: pickedUp,
  };
}

function options({
  scale,
  sackPermitted,
}: Pick<TcpSequence, 'scale' | 'sackPermitted'>): Pick<
  TcpSide,
  'scale' | 'scaleOffered' | 'sackPermitted'
> {
  const offered = Math.min(scale ?? 0, HIGHEST_SCALE);
  return { scale: offered, scaleOffered: scale !== null, sackPermitted };
}

/** Begins anew with what a SYN that was let through said; the other end is silent again. */
export function resumeWindows(
  windows: TcpWindows,
  direction: CtDirection,
  numbers: NonNullable<LastSegment['numbers']>,
): void {
  const { end, window } = numbers;
  Object.assign(windows[direction], SILENT, options(numbers), {
    end,
    maxEnd: end,
    maxWindow: window || 1,
  });
  Object.assign(windows[direction === 'original' ? 'reply' : 'original'], SILENT);
}

/** A segment, and the state of its connection before it. */
export interface WindowCheck {
  readonly flags: TcpFlags;
  readonly numbers: TcpSequence;
  readonly direction: CtDirection;
  readonly state: TcpState;
}

/** Holds a segment against the windows, which it moves when it is in. Linux: tcp_in_window(). */
export function checkWindow(windows: TcpWindows, check: WindowCheck): WindowVerdict {
  const { flags, numbers, direction, state } = check;
  const sender = windows[direction];
  const receiver = windows[direction === 'original' ? 'reply' : 'original'];
  const { window } = numbers;
  let { seq, ack } = numbers;
  let sack = receiver.sackPermitted ? later(ack, numbers.sack) : ack;
  let end = segmentEnd(flags, numbers);

  if (sender.maxWindow === 0) {
    if (flags.syn) {
      beginSender(sender, receiver, end, numbers);
      // Both ends opened at once.
      if (!flags.ack) return 'in';
    } else {
      sender.end = end;
      sender.maxWindow = wrap(window << sender.scale) || 1;
      sender.maxEnd = wrap(end + sender.maxWindow);
      if (receiver.maxWindow === 0) {
        receiver.end = sack;
        receiver.maxEnd = sack;
      } else if (sack === wrap(receiver.end + 1)) {
        // Likely the answer to a keepalive.
        receiver.end = sack;
      }
    }
  } else if (flags.syn && after(end, sender.end) && opens(state)) {
    beginSender(sender, receiver, end, numbers);
    if (direction === 'reply' && !flags.ack) return 'in';
  }

  if (!flags.ack || (flags.rst && ack === 0)) {
    ack = receiver.end;
    sack = ack;
  }
  if (flags.rst && seq === 0 && state === 'SYN_SENT') {
    // A reset that answers a SYN.
    seq = sender.end;
    end = sender.end;
  }

  const ackWindow = Math.max(sender.maxWindow, LEAST_ACK_WINDOW);
  const ackNotTooOld = after(sack, wrap(receiver.end - ackWindow - 1));
  const ackSeen = before(sack, wrap(receiver.end + 1));
  const lowest = wrap(sender.end - receiver.maxWindow - 1);
  if (!before(seq, wrap(sender.maxEnd + 1))) {
    const overshot = wrap(end - sender.maxEnd + 1);
    const tolerable = receiver.maxWindow > 0 && after(end, lowest) && ackNotTooOld && ackSeen;
    if (!tolerable || overshot > receiver.maxWindow) return 'invalid';
    // The receiver may take it all the same: its acknowledgement must pass then.
    sender.end = end;
    return 'ignored';
  }
  if (!ackSeen) return 'invalid';
  if (receiver.maxWindow > 0 && !after(end, lowest)) return 'ignored';
  if (!ackNotTooOld) return 'ignored';
  move(sender, receiver, { flags, end, ack, sack, window });
  return 'in';
}

function opens(state: TcpState): boolean {
  return state === 'SYN_SENT' || state === 'SYN_RECV';
}

function later(ack: number, sack: number | null): number {
  return sack !== null && after(sack, ack) ? sack : ack;
}

/** Linux: tcp_init_sender(). */
function beginSender(sender: TcpSide, receiver: TcpSide, end: number, numbers: TcpSequence): void {
  const { window } = numbers;
  Object.assign(sender, { end, maxEnd: end, maxWindow: window || 1 }, options(numbers));
  // RFC 7323: the option counts only if both ends send it.
  if (!sender.scaleOffered || !receiver.scaleOffered) {
    sender.scale = 0;
    receiver.scale = 0;
  }
}

interface InWindow {
  readonly flags: TcpFlags;
  readonly end: number;
  readonly ack: number;
  readonly sack: number;
  readonly window: number;
}

function move(
  sender: TcpSide,
  receiver: TcpSide,
  { flags, end, ack, sack, window: raw }: InWindow,
): void {
  const window = flags.syn ? raw : wrap(raw << sender.scale);
  sender.maxWindow = Math.max(sender.maxWindow, wrap(window + (sack - ack)));
  if (after(end, sender.end)) sender.end = end;
  if (flags.ack && (sender.maxAck === null || after(ack, sender.maxAck))) sender.maxAck = ack;
  if (receiver.maxWindow !== 0 && after(end, sender.maxEnd)) {
    receiver.maxWindow = wrap(receiver.maxWindow + (end - sender.maxEnd));
  }
  if (after(wrap(sack + window), wrap(receiver.maxEnd - 1))) {
    receiver.maxEnd = wrap(sack + window + (window === 0 ? 1 : 0));
  }
}
