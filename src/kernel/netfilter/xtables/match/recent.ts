import { type Address, formatAddress } from '../../../../packet/address.ts';
import { netnsKey } from '../../../../packet/place.ts';
import { yesNo } from '../../../decide.ts';
import type { Run } from '../../../run.ts';
import { answer, type MatchAnswer, type MatchContext, type MatchModel } from './match-model.ts';

/** `-m recent`: a list of addresses with the times they were seen. Linux: xt_recent.h. */
export interface RecentMatch {
  readonly kind: 'recent';
  readonly negated: boolean;
  readonly operation: 'set' | 'rcheck' | 'update' | 'remove';
  readonly seconds: number | null;
  readonly reap: boolean;
  readonly hitcount: number | null;
  readonly ttl: boolean;
  readonly list: string;
  readonly mask: Address;
  readonly side: 'source' | 'destination';
}

/** What the rules of a run did to the lists: true for an address just added. */
const touched = new WeakMap<Run, Map<string, boolean>>();

function listsOf(run: Run): Map<string, boolean> {
  let lists = touched.get(run);
  if (!lists) {
    lists = new Map();
    touched.set(run, lists);
  }
  return lists;
}

/** Snapshots do not hold the lists: an address that the run has not touched is asked about. */
export const recentMatch: MatchModel<RecentMatch> = {
  support: () => 'given-fact',
  effect: 'stateful',
  evaluate(match, context) {
    const lists = listsOf(context.run);
    const key = entryKey(match, context);
    const found = answer(!match.negated);
    const missing = answer(match.negated);
    switch (match.operation) {
      case 'set':
        lists.set(key, true);
        return found;
      case 'remove': {
        const known = lists.get(key);
        lists.set(key, false);
        if (known !== undefined) return known ? found : missing;
        return ask(match, context, key);
      }
      case 'rcheck':
      case 'update': {
        const known = lists.get(key);
        if (known === false) return missing;
        // Just added: seen once, now, with this TTL.
        if (known === true && (match.hitcount ?? 1) <= 1) return found;
        return ask(match, context, key);
      }
    }
  },
};

function ask(match: RecentMatch, context: MatchContext, key: string): MatchAnswer {
  const age = `${match.seconds ?? ''}:${match.hitcount ?? ''}`;
  return {
    kind: 'unknown',
    question: {
      id: `match:recent:${key}:${match.operation}:${age}`,
      kind: 'unknown',
      topic: 'match',
      where: context.packet.context.netns.ref,
      subject: context.site.rule.text,
      // The expected answer: the address is not in the list.
      options: yesNo(match.negated ? 'yes' : 'no', 1),
    },
  };
}

/** One fact per namespace, list and masked address. Linux: recent_entry_lookup(). */
function entryKey(match: RecentMatch, { packet }: MatchContext): string {
  const ip = packet.skb.packet;
  const address = masked(match.side === 'source' ? ip.source : ip.destination, match.mask);
  return `${netnsKey(packet.context.netns.ref)}:${match.list}:${formatAddress(address)}`;
}

function masked(address: Address, mask: Address): Address {
  if (address.family === 4 && mask.family === 4) {
    return { family: 4, bits: (address.bits & mask.bits) >>> 0 };
  }
  if (address.family === 6 && mask.family === 6) {
    return { family: 6, bits: address.bits & mask.bits };
  }
  return address;
}
