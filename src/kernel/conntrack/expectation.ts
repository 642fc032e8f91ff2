import { sameAddress } from '../../packet/address.ts';
import { netnsKey } from '../../packet/place.ts';
import { yesNo } from '../decide.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Run } from '../run.ts';
import type { ConntrackEntry } from './entry.ts';
import { formatTuple } from './packet-tuple.ts';
import type { Tuple } from './tuple.ts';

/**
 * Whether a helper of another connection announced this one, which is RELATED then. What a helper
 * read is in no listing; it is asked for where an entry with a helper has the same two hosts.
 * Linux: nf_ct_find_expectation().
 */
export function isAnnounced(run: Run, netns: NetnsState, tuple: Tuple): boolean {
  const master = helped(netns.conntrack).find(
    ({ original, reply }) => between(original, tuple) || between(reply, tuple),
  );
  if (!master) return false;
  const where = netns.ref;
  const construct = `conntrack helper ${master.helper}`;
  run.unsupported({ construct, where, source: master.source });
  const answer = run.decider.decide({
    id: `conntrack-expected:${netnsKey(where)}:${formatTuple(tuple)}`,
    kind: 'unknown',
    topic: 'conntrack-table',
    where,
    subject: `helper ${master.helper} of ${formatTuple(master.original)} announced ${formatTuple(tuple)}`,
    options: yesNo('no', 2),
  });
  return answer.value === 'yes';
}

const cache = new WeakMap<readonly ConntrackEntry[], readonly ConntrackEntry[]>();

function helped(entries: readonly ConntrackEntry[] | undefined): readonly ConntrackEntry[] {
  if (!entries) return [];
  const known = cache.get(entries) ?? entries.filter(({ helper }) => helper !== null);
  cache.set(entries, known);
  return known;
}

function between(a: Tuple, b: Tuple): boolean {
  const same = sameAddress(a.source, b.source) && sameAddress(a.destination, b.destination);
  return same || (sameAddress(a.source, b.destination) && sameAddress(a.destination, b.source));
}
