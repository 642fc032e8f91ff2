import { type Address, IPV4_ANY, isIpv4Multicast } from '../../../../packet/address.ts';
import { fibLookup } from '../../../routing/fib-lookup.ts';
import type { RulePacket } from '../../rule-context.ts';
import { answer, type MatchModel } from './match-model.ts';

/** `-m rpfilter`: the source is reached through the input device. Linux: xt_rpfilter.h. */
export interface RpfilterMatch {
  readonly kind: 'rpfilter';
  readonly loose: boolean;
  readonly validMark: boolean;
  readonly acceptLocal: boolean;
  readonly invert: boolean;
}

/** Linux: rpfilter_mt() of ipt_rpfilter.c. */
export const rpfilterMatch: MatchModel<RpfilterMatch> = {
  support: () => 'given-fact',
  effect: 'asks',
  evaluate: (match, { packet }) => answer(passes(match, packet) !== match.invert),
};

function passes(match: RpfilterMatch, { context, skb }: RulePacket): boolean {
  const { iif, netns, decider } = context;
  const { source, destination, tos } = skb.packet;
  if (iif === 'lo' || (isZeronet(source) && isLocalGroup(destination))) return true;
  const result = fibLookup(
    netns,
    {
      destination: source,
      source: isGroup(destination) || isZeronet(destination) ? IPV4_ANY : destination,
      iif: 'lo',
      oif: null,
      mark: match.validMark ? skb.mark : 0,
      tos,
      protocol: 0,
      sport: 0,
      dport: 0,
      uid: null,
      ignoreLinkState: true,
    },
    decider,
  );
  if (result.kind !== 'found') return false;
  const { route } = result;
  if (route.type !== 'unicast' && !(route.type === 'local' && match.acceptLocal)) return false;
  return match.loose || route.nexthops.some((nexthop) => nexthop.device === iif);
}

/** 0.0.0.0/8. Linux: ipv4_is_zeronet() asks for 0.0.0.0 alone since 5.3. */
function isZeronet(address: Address): boolean {
  return address.family === 4 && address.bits === 0;
}

function isGroup(address: Address): boolean {
  return isIpv4Multicast(address) || (address.family === 4 && address.bits === 0xffffffff);
}

/** The limited broadcast and 224.0.0.0/24. */
function isLocalGroup(address: Address): boolean {
  return address.family === 4 && (address.bits === 0xffffffff || address.bits >>> 8 === 0xe00000);
}
