import type { TcpFlags, TcpHeader } from '../../packet/packet.ts';
import { netnsKey } from '../../packet/place.ts';
import { OPEN_QUESTION } from '../decide.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Run } from '../run.ts';
import { tcpLoose } from '../sysctl-lookup.ts';
import type { Connection, TcpMemory } from './connection.ts';
import { formatTuple } from './packet-tuple.ts';
import type { TableHit } from './table.ts';
import { type TcpState, tcpStateOf, tcpTransition } from './tcp-state.ts';

/** `reopen`: the connection is over, and its packet starts a new one. */
export type Progress = 'ok' | 'invalid' | 'reopen';

/**
 * Follows a connection's state by a segment. Windows and sequence numbers are not looked at.
 * Linux: nf_conntrack_tcp_packet(), tcp_new().
 */
export function advanceTcp(
  run: Run,
  netns: NetnsState,
  hit: TableHit,
  { flags }: TcpHeader,
): Progress {
  const { connection, direction } = hit;
  const before = tcpStateOf(connection.state);
  const after = tcpTransition(before, direction, flags);
  if (after === 'invalid') return 'invalid';
  if (after === 'ignored') return ignore(hit, flags);
  if (before === 'NONE' && after !== 'SYN_SENT' && !tcpLoose(netns, run.decider)) return 'invalid';
  if (after === 'SYN_SENT' && (before === 'TIME_WAIT' || before === 'CLOSE')) {
    return mayReopen(run, netns, hit, before) ? 'reopen' : ignore(hit, flags);
  }
  connection.state = after;
  remember(hit, flags, after === 'FIN_WAIT');
  // A reset before any answer ends the connection at once.
  if (flags.rst && !connection.seenReply) connection.dying = true;
  return 'ok';
}

/**
 * The packet passes and the state stays. But an answer to a SYN that was ignored just before
 * shows that both ends know better: then the connection starts anew.
 */
function ignore(hit: TableHit, flags: TcpFlags): Progress {
  const { connection, direction } = hit;
  const last = connection.tcp?.last;
  const answersSyn = flags.syn && flags.ack && last?.kind === 'syn' && last.direction !== direction;
  if (answersSyn) connection.state = 'SYN_RECV';
  remember(hit, flags, false);
  return 'ok';
}

function remember({ connection, direction }: TableHit, flags: TcpFlags, closes: boolean): void {
  const kind = flags.rst ? 'rst' : flags.syn && !flags.ack ? 'syn' : 'other';
  const closing = closes || (connection.tcp?.closing ?? wasClosing(connection));
  connection.tcp = { closing, last: { direction, kind } } satisfies TcpMemory;
}

/** States that only a FIN leads to. An entry of a snapshot shows its state and no more. */
function wasClosing({ loadedFrom }: Connection): boolean {
  switch (loadedFrom?.state) {
    case 'FIN_WAIT':
    case 'CLOSE_WAIT':
    case 'LAST_ACK':
    case 'TIME_WAIT':
      return true;
    default:
      return false;
  }
}

/**
 * A finished connection makes room for a SYN of its tuple, if it was closed with a FIN or if the
 * sender of this SYN was the last to be heard, with a reset. After a reset by the other end the
 * old connection stays, its translation too, until it times out.
 */
function mayReopen(
  run: Run,
  netns: NetnsState,
  { connection, direction }: TableHit,
  state: Extract<TcpState, 'TIME_WAIT' | 'CLOSE'>,
): boolean {
  const { tcp } = connection;
  if (tcp) return tcp.closing || (tcp.last.kind === 'rst' && tcp.last.direction === direction);
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
