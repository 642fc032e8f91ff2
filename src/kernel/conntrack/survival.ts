import { netnsKey } from '../../packet/place.ts';
import { yesNo } from '../decide.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Run } from '../run.ts';
import type { Connection } from './connection.ts';
import { formatTuple } from './packet-tuple.ts';

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
    options: yesNo('yes', 6),
  });
  if (answer.value === 'no') connection.dying = true;
  return answer.value === 'yes';
}
