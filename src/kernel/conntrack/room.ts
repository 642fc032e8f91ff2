import { netnsKey } from '../../packet/place.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Run } from '../run.ts';
import { conntrackFill } from '../sysctl-lookup.ts';
import { formatTuple } from './packet-tuple.ts';
import type { Tuple } from './tuple.ts';

/**
 * Whether the table has room for a new connection. A full one drops an entry for it that is not
 * assured, if there is one among the few that it looks at; without, the packet is lost.
 * Linux: __nf_conntrack_alloc(), early_drop().
 */
export function hasRoom(run: Run, netns: NetnsState, tuple: Tuple): boolean {
  const fill = conntrackFill(netns);
  if (fill === 'unknown') return !fullUnknown(run, netns);
  if (fill === null) return true;
  const made = run
    .connections(netnsKey(netns.ref))
    .filter(({ loadedFrom, confirmed, dying }) => !loadedFrom && confirmed && !dying).length;
  if (fill.count + made < fill.max) return true;
  return makesRoom(run, netns, tuple);
}

/** How many buckets of the hash table are searched for an entry to drop. */
const SEARCHED_BUCKETS = 8;

function makesRoom(run: Run, netns: NetnsState, tuple: Tuple): boolean {
  const entries = netns.conntrack;
  const droppable = entries?.filter(({ assured }) => !assured).length;
  if (droppable === 0) return false;
  const fill = conntrackFill(netns);
  const buckets = fill && fill !== 'unknown' ? fill.buckets : null;
  const perSearch = ((droppable ?? 1) / (buckets ?? entries?.length ?? 1)) * SEARCHED_BUCKETS;
  const found = Math.min(0.999, 1 - Math.exp(-perSearch));
  const answer = run.decider.decide({
    id: `conntrack-early-drop:${netnsKey(netns.ref)}:${formatTuple(tuple)}`,
    kind: 'random',
    topic: 'conntrack-table',
    where: netns.ref,
    subject: `the full table drops another connection for ${formatTuple(tuple)}`,
    options: [
      { value: 'yes', probability: found, cost: 0 },
      { value: 'no', probability: 1 - found, cost: 0 },
    ],
  });
  return answer.value === 'yes';
}

function fullUnknown(run: Run, netns: NetnsState): boolean {
  const answer = run.decider.decide({
    id: `conntrack-full:${netnsKey(netns.ref)}`,
    kind: 'unknown',
    topic: 'conntrack-table',
    where: netns.ref,
    subject: 'the connection table is full',
    options: [
      { value: 'no', probability: 1, cost: 0 },
      { value: 'yes', probability: 1, cost: 8 },
    ],
  });
  return answer.value === 'yes';
}
