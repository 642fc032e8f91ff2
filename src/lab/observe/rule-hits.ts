import type { RuleHit } from '../report.ts';
import type { NftHit, TimelessVisit } from './hook-record.ts';
import type { TimelessLegacyHit } from './hook-watch.ts';
import { packetKey } from './packet-key.ts';
import type { TimedVisit } from './visit-times.ts';

/** Hits of nft rules; each has the time at which its packet came to the hook. */
export function nftHits(
  hits: readonly NftHit[],
  places: readonly RuleHit['at'][],
  timeOf: (visit: TimelessVisit) => number | undefined,
): readonly RuleHit[] {
  return hits.flatMap(({ visit, namespace, message, packet }, i): readonly RuleHit[] => {
    const at = places[i];
    if (!at) return [];
    const { skb, family, table, chain, verdict, mark } = message;
    return [
      {
        time: (visit && timeOf(visit)) ?? 0,
        namespace,
        backend: 'nft',
        skb,
        // Tables of bridge, netdev and arp have hooks of their own, which no chain of ours shows.
        hook: family.startsWith('i') ? (visit?.hook ?? null) : null,
        family,
        table,
        chain,
        at,
        verdict,
        packet: packet && { ...packet, mark },
      },
    ];
  });
}

/**
 * Hits of legacy rules; each has the time at which a packet of its headers came to the hook. In one
 * hook the order of hits is known within a backend only.
 */
export function legacyHits(
  hits: readonly TimelessLegacyHit[],
  visits: readonly TimedVisit[],
): readonly RuleHit[] {
  const times = new Map<string, number[]>();
  for (const { visit } of visits) {
    if (visit.edge !== 'first') continue;
    const key = `${visit.namespace} ${visit.hook} ${packetKey(visit.packet)}`;
    const known = times.get(key);
    if (known) known.push(visit.time);
    else times.set(key, [visit.time]);
  }
  return hits.map(({ namespace, family, hook, table, chain, at, packet, after }): RuleHit => {
    const candidates = packet ? (times.get(`${namespace} ${hook} ${packetKey(packet)}`) ?? []) : [];
    const time = candidates.findLast((one) => one > after) ?? candidates.at(-1) ?? after;
    return {
      time,
      namespace,
      backend: 'legacy',
      skb: null,
      hook,
      family,
      table,
      chain,
      at,
      verdict: null,
      packet,
    };
  });
}
