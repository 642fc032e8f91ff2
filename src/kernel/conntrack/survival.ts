import { netnsKey } from '../../packet/place.ts';
import { yesNo } from '../decide.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Run } from '../run.ts';
import type { Connection } from './connection.ts';
import type { ConntrackEntry } from './entry.ts';
import { formatTuple } from './packet-tuple.ts';
import { timeoutOf } from './timeouts.ts';

/** Seconds within which an answer may well not come. */
const SHORT = 3;

/**
 * Whether a connection is still in the table when a packet comes back to it. It may have timed
 * out or been flushed; then it is taken out of the table.
 */
export function entrySurvives(run: Run, netns: NetnsState, connection: Connection): boolean {
  const name = formatTuple(connection.original);
  const answer = run.decider.decide({
    id: `conntrack-entry:${netnsKey(netns.ref)}:${name}`,
    kind: 'unknown',
    topic: 'conntrack-entry',
    where: netns.ref,
    subject: name,
    // A server that takes longer to answer than a short timeout finds it gone.
    options: yesNo('yes', timeoutOf(netns, connection) <= SHORT ? 2 : 6),
  });
  if (answer.value === 'no') connection.dying = true;
  return answer.value === 'yes';
}

/**
 * Whether an entry of a snapshot is still in the table when the flow's packet comes: the less time it
 * had left, the less that is sure. Whatever is offloaded has no time that runs.
 */
export function isStillThere(run: Run, netns: NetnsState, entry: ConntrackEntry): boolean {
  if (entry.timeout === null) return true;
  const name = formatTuple(entry.original);
  const { id, direction } = entry.zone;
  const zone = id === 0 ? '' : ` zone ${id}${direction === 'both' ? '' : ` ${direction}`}`;
  const answer = run.decider.decide({
    id: `conntrack-expiry:${netnsKey(netns.ref)}:${name}${zone}`,
    kind: 'unknown',
    topic: 'conntrack-entry',
    where: netns.ref,
    subject: `${name}${zone}, ${entry.timeout} s left when it was listed`,
    options: yesNo('yes', costOfExpiry(entry.timeout)),
  });
  return answer.value === 'yes';
}

/** People look minutes after they listed; a connection that nobody uses is gone by then. */
function costOfExpiry(seconds: number): number {
  if (seconds <= 10) return 1;
  if (seconds <= 120) return 3;
  return 6;
}
