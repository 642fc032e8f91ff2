import type { CounterDelta } from '../evidence/counter.ts';
import { sameNetns } from '../packet/place.ts';
import type { Ending } from './ending.ts';
import type { Fit } from './fit.ts';

/**
 * The counters, as nstat names them, that a drop increments.
 * Linux: net/ipv4/proc.c, ip_rcv_finish_core(), ip_error(), ip_forward(), tcp_v4_rcv().
 */
const COUNTERS: Readonly<Record<string, readonly string[]>> = {
  IP_RPFILTER: ['TcpExtIPReversePathFilter'],
  IP_INNOROUTES: ['IpExtInNoRoutes'],
  IP_OUTNOROUTES: ['IpOutNoRoutes'],
  IP_INADDRERRORS: ['IpInAddrErrors'],
  PKT_TOO_BIG: ['IpFragFails'],
  IP_INHDR: ['IpInHdrErrors'],
};

/** What drops are worth asking counters about, in the order of the table. */
const DROP_COUNTERS: readonly string[] = [...new Set(Object.values(COUNTERS).flat())];

/** The counters that grow where this drop happens; empty when none tells. */
export function countersOf(dropReason: string | null): readonly string[] {
  return dropReason === null ? [] : (COUNTERS[dropReason] ?? []);
}

/** Holds an ending against counters: the node where the packet was dropped must have counted it. */
export function compareWithCounters(ending: Ending, deltas: readonly CounterDelta[]): Fit {
  const supports: Fit['supports'][number][] = [];
  const contradictions: Fit['contradictions'][number][] = [];
  const doubts: Fit['doubts'][number][] = [];
  const expected = new Set(countersOf(ending.dropReason));
  for (const { node, netns, counter, delta, source } of deltas) {
    if (node === null || !DROP_COUNTERS.includes(counter)) continue;
    const here = ending.packet.at !== null && sameNetns(ending.packet.at, { node, netns });
    if (here && expected.has(counter)) {
      if (delta > 0) supports.push({ source, shows: 'counter-grew' });
      else contradictions.push({ source, shows: 'counter-unchanged' });
    } else if (delta > 0) {
      doubts.push({ source, shows: 'counter-grew-elsewhere' });
    }
  }
  return { supports, contradictions, doubts };
}
