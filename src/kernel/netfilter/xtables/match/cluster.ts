import type { Address } from '../../../../packet/address.ts';
import { addressBytes } from '../../../../packet/wire.ts';
import { seenByRules } from '../../../conntrack/template.ts';
import { jhashOne, reciprocalScale } from '../../jhash.ts';
import { answer, type MatchModel } from './match-model.ts';

/** `-m cluster`: connections shared out by their sources. Linux: struct xt_cluster_match_info. */
export interface ClusterMatch {
  readonly kind: 'cluster';
  readonly negated: boolean;
  readonly nodes: number;
  /** The bits of the nodes that this host stands for. */
  readonly nodeMask: number;
  readonly seed: number;
}

/** A packet without a connection never matches, inverted or not. Linux: xt_cluster_mt(). */
export const clusterMatch: MatchModel<ClusterMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate({ negated, nodes, nodeMask, seed }, { packet }) {
    const ct = seenByRules(packet.skb.ct);
    if (ct.kind !== 'tracked') return 'no';
    const hash = hashOf(ct.connection.original.source, seed);
    return answer((((1 << reciprocalScale(hash, nodes)) & nodeMask) !== 0) !== negated);
  },
};

/**
 * The kernel takes the address as it lies in memory, and the machines are little-endian. Of an IPv6 address it
 * takes the first four bytes alone. Linux: xt_cluster_hash_ipv6(); docs/lab-notes/xtables-matches.md.
 */
function hashOf(address: Address, seed: number): number {
  const bytes = addressBytes(address);
  const word = [3, 2, 1, 0].reduce((value, i) => ((value << 8) | (bytes[i] ?? 0)) >>> 0, 0);
  return jhashOne(word, seed);
}
