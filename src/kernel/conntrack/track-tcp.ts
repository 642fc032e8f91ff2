import type { TcpFlags, TcpHeader, TcpSequence } from '../../packet/packet.ts';
import { netnsKey } from '../../packet/place.ts';
import { OPEN_QUESTION } from '../decide.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Run } from '../run.ts';
import { tcpBeLiberal, tcpIgnoreInvalidRst, tcpLoose } from '../sysctl-lookup.ts';
import type { Connection, LastSegment, TcpMemory } from './connection.ts';
import { formatTuple } from './packet-tuple.ts';
import type { TableHit } from './table.ts';
import { type TcpKind, type TcpState, tcpKind, tcpStateOf, tcpTransition } from './tcp-state.ts';
import {
  checkWindow,
  before as isBefore,
  openWindows,
  resumeWindows,
  segmentEnd,
  type WindowVerdict,
} from './tcp-window.ts';

/** `reopen`: the connection is over, and its packet starts a new one. */
export type Progress = 'ok' | 'invalid' | 'reopen';

/** A segment that meets a connection. */
interface Segment {
  readonly run: Run;
  readonly netns: NetnsState;
  readonly hit: TableHit;
  readonly flags: TcpFlags;
  readonly kind: TcpKind;
  /** Absent where nobody looks at numbers: then it counts as in window. */
  readonly numbers: TcpSequence | undefined;
}

/**
 * Follows a connection's state by a segment.
 * Linux: nf_conntrack_tcp_packet(), tcp_new().
 */
export function advanceTcp(
  run: Run,
  netns: NetnsState,
  hit: TableHit,
  { flags, sequence }: TcpHeader,
): Progress {
  const segment = { run, netns, hit, flags, kind: tcpKind(flags), numbers: sequence };
  const { connection, direction } = hit;
  const old = tcpStateOf(connection.state);
  const next = tcpTransition(old, direction, flags);
  if (next === 'invalid') return 'invalid';
  if (old === 'NONE') {
    if (next !== 'SYN_SENT' && !tcpLoose(netns, run.decider)) return 'invalid';
    connection.tcp = begun(segment);
  }
  connection.tcp ??= unremembered(connection);
  if (next === 'ignored') return letThrough(segment, old);
  if (next === 'SYN_SENT' && (old === 'TIME_WAIT' || old === 'CLOSE')) {
    return mayReopen(segment, connection.tcp, old) ? 'reopen' : letThrough(segment, old);
  }
  if (next === 'TIME_WAIT' && isChallengeAck(segment, old)) {
    connection.tcp = { ...connection.tcp, challenged: false };
    return 'ok';
  }
  if (next === 'SYN_SENT2') connection.tcp = { ...connection.tcp, simultaneous: true };
  if (next === 'SYN_RECV' && direction === 'reply' && segment.kind === 'ack') {
    return finish(segment, old, connection.tcp.simultaneous ? 'ESTABLISHED' : next);
  }
  if (next === 'CLOSE' && segment.kind === 'rst') return resetBy(segment, old);
  return finish(segment, old, next);
}

const NOTHING_NOTED = { end: 0, ack: 0, window: 0, scale: null, sackPermitted: false };

function begun({ flags, numbers, hit }: Segment): TcpMemory {
  return {
    closing: false,
    last: { direction: hit.direction, kind: 'none', numbers: numbers ? NOTHING_NOTED : null },
    simultaneous: false,
    challenged: false,
    windows: numbers ? openWindows(flags, numbers) : null,
  };
}

/** An entry of a snapshot shows its state and no more; some states only a FIN leads to. */
function unremembered({ loadedFrom }: Connection): TcpMemory {
  const state = loadedFrom?.state ?? '';
  return {
    closing: ['FIN_WAIT', 'CLOSE_WAIT', 'LAST_ACK', 'TIME_WAIT'].includes(state),
    last: { direction: 'original', kind: 'none', numbers: null },
    simultaneous: false,
    challenged: false,
    windows: null,
  };
}

function memory({ hit }: Segment): TcpMemory {
  return hit.connection.tcp ?? unremembered(hit.connection);
}

/**
 * The packet passes and the state stays. But an answer to a SYN that was let through just before
 * shows that both ends know better: then the connection starts anew.
 */
function letThrough(segment: Segment, old: TcpState): Progress {
  const { hit, flags, kind, numbers } = segment;
  const { connection, direction } = hit;
  const tcp = memory(segment);
  const { last } = tcp;
  const answersSyn = kind === 'syn-ack' && last.kind === 'syn' && last.direction !== direction;
  if (answersSyn && (!numbers || !last.numbers || numbers.ack === last.numbers.end)) {
    if (tcp.windows && last.numbers) resumeWindows(tcp.windows, last.direction, last.numbers);
    return finish(segment, 'SYN_SENT', 'SYN_RECV');
  }
  const challenged = kind === 'syn' && direction === 'original' && old === 'LAST_ACK';
  connection.tcp = {
    ...tcp,
    last: { direction, kind, numbers: noted(flags, numbers) },
    challenged: challenged || (kind === 'syn' ? false : tcp.challenged),
  };
  return 'ok';
}

function noted(flags: TcpFlags, numbers: TcpSequence | undefined): LastSegment['numbers'] {
  if (!numbers) return null;
  const { ack, window, scale, sackPermitted } = numbers;
  return { end: segmentEnd(flags, numbers), ack, window, scale, sackPermitted };
}

/** An end that gets an unexpected SYN answers it with an ACK of what it has. RFC 5961. */
function isChallengeAck(segment: Segment, old: TcpState): boolean {
  const { last, challenged } = memory(segment);
  return (
    old === 'LAST_ACK' &&
    segment.kind === 'ack' &&
    challenged &&
    last.kind === 'syn' &&
    last.direction !== segment.hit.direction
  );
}

/** States of a connection that is on its way out. Linux: tcp_can_early_drop(). */
const LEAVING: ReadonlySet<TcpState> = new Set([
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
]);

/** A reset is believed if its number is the one that its receiver waits for. */
function resetBy(segment: Segment, old: TcpState): Progress {
  const { hit, numbers, run, netns } = segment;
  const { connection, direction } = hit;
  const { last, windows } = memory(segment);
  if (!numbers || LEAVING.has(old)) return settle(segment, old, 'CLOSE');
  const expected = windows?.[direction === 'original' ? 'reply' : 'original'].maxAck ?? null;
  const established = connection.assured === true && old === 'ESTABLISHED';
  if (expected !== null && last.kind !== 'syn') {
    if (numbers.seq === 0 && !established) return finish(segment, old, 'CLOSE');
    if (isBefore(numbers.seq, expected) && !tcpIgnoreInvalidRst(netns, run.decider)) {
      return 'invalid';
    }
    const ofTrain =
      last.kind === 'ack' && last.direction === direction && numbers.seq === last.numbers?.end;
    if (!established || numbers.seq === expected || ofTrain) return finish(segment, old, 'CLOSE');
    // The receiver may answer with a challenge: the connection stays.
    return answersLetThrough(segment) ? settle(segment, old, old) : finish(segment, old, old);
  }
  if (answersLetThrough(segment)) return settle(segment, old, 'CLOSE');
  const answersChallenge =
    old === 'SYN_SENT' &&
    last.kind === 'ack' &&
    last.direction === 'reply' &&
    numbers.seq === last.numbers?.ack;
  return answersChallenge ? settle(segment, old, 'CLOSE') : finish(segment, old, 'CLOSE');
}

/** Whether a reset answers a SYN or ACK that had been let through. */
function answersLetThrough(segment: Segment): boolean {
  const { hit, numbers } = segment;
  const { last } = memory(segment);
  const { seenReply, assured } = hit.connection;
  const answersSyn = last.kind === 'syn' && last.direction !== hit.direction;
  const possible = (seenReply && answersSyn) || (!assured && last.kind === 'ack');
  return possible && last.numbers !== null && numbers?.ack === last.numbers.end;
}

/** Holds a segment against the windows, and lets it count if it is in them. */
function finish(segment: Segment, old: TcpState, next: TcpState): Progress {
  const { hit, flags, kind, numbers } = segment;
  const verdict = windowVerdict(segment, old);
  // The numbers of an ACK are noted where it moves the windows, so not of one that merely passes.
  if (verdict === 'in' && kind === 'ack') {
    const tcp = memory(segment);
    hit.connection.tcp = { ...tcp, last: { ...tcp.last, numbers: noted(flags, numbers) } };
  }
  switch (verdict) {
    case 'invalid':
      noteRefused(segment);
      return 'invalid';
    case 'ignored':
      return 'ok';
    case 'in':
    case 'tolerated':
      return settle(segment, old, next);
  }
}

/** A FIN or reset out of the window is remembered all the same. Linux: nf_tcp_handle_invalid(). */
function noteRefused(segment: Segment): void {
  const { hit, kind } = segment;
  const { connection, direction } = hit;
  const tcp = memory(segment);
  const ends = (of: TcpKind): boolean => of === 'fin' || of === 'rst';
  const answers = tcp.last.direction !== direction && ends(tcp.last.kind);
  if (!connection.assured || !ends(kind) || answers) return;
  connection.tcp = { ...tcp, last: { ...tcp.last, direction, kind } };
}

function windowVerdict(segment: Segment, state: TcpState): WindowVerdict | 'tolerated' {
  const { hit, flags, numbers, run, netns } = segment;
  const { windows } = memory(segment);
  if (!windows || !numbers) return 'in';
  const { direction } = hit;
  const liberal = windows[direction].liberal;
  const verdict = checkWindow(windows, { flags, numbers, direction, state });
  if (verdict === 'in') return 'in';
  return liberal || tcpBeLiberal(netns, run.decider) ? 'tolerated' : verdict;
}

/** A segment that counts. */
function settle(segment: Segment, old: TcpState, next: TcpState): Progress {
  const { hit, flags, kind } = segment;
  const { connection, direction } = hit;
  const tcp = memory(segment);
  const closes = old !== next && next === 'FIN_WAIT';
  connection.state = next;
  connection.tcp = {
    ...tcp,
    closing: closes || tcp.closing,
    last: { direction, kind, numbers: tcp.last.numbers },
  };
  if (!connection.seenReply) {
    // A reset before any answer ends the connection at once.
    if (flags.rst) connection.dying = true;
  } else if (next === 'ESTABLISHED' && (old === 'SYN_RECV' || old === 'ESTABLISHED')) {
    connection.assured = true;
  }
  return 'ok';
}

/**
 * A finished connection makes room for a SYN of its tuple, if it was closed with a FIN or if the
 * sender of this SYN was the last to be heard, with a reset. After a reset by the other end the
 * old connection stays, its translation too, until it times out.
 */
function mayReopen(
  { run, netns, hit }: Segment,
  tcp: TcpMemory,
  state: Extract<TcpState, 'TIME_WAIT' | 'CLOSE'>,
): boolean {
  const { connection, direction } = hit;
  if (tcp.closing) return true;
  const heard = connection.loadedFrom === null || tcp.last.kind !== 'none';
  if (heard) return tcp.last.kind === 'rst' && tcp.last.direction === direction;
  if (state === 'TIME_WAIT') return true;
  const name = formatTuple(connection.original);
  const answer = run.decider.decide({
    id: `conntrack-reopen:${netnsKey(netns.ref)}:${name}`,
    kind: 'unknown',
    topic: 'conntrack-entry',
    where: netns.ref,
    subject: `${name} in CLOSE makes room for a new connection`,
    options: OPEN_QUESTION,
  });
  return answer.value === 'yes';
}
