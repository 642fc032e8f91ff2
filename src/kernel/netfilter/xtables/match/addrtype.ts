import type { Address, Ipv6Address } from '../../../../packet/address.ts';
import { addressType } from '../../../routing/address-type.ts';
import type { RulePacket } from '../../rule-context.ts';
import { answer, type MatchModel } from './match-model.ts';

/** `-m addrtype`. Linux: struct xt_addrtype_info_v1. */
export interface AddrtypeMatch {
  readonly kind: 'addrtype';
  readonly source: TypeSet | null;
  readonly destination: TypeSet | null;
  /** Only addresses of the packet's input or output device count as LOCAL. */
  readonly limitTo: 'in' | 'out' | null;
}

export interface TypeSet {
  readonly negated: boolean;
  /** RTN_* names as iptables prints them, e.g. `LOCAL`. */
  readonly types: readonly string[];
}

/** Linux: addrtype_mt_v1(). */
export const addrtypeMatch: MatchModel<AddrtypeMatch> = {
  support: () => 'given-fact',
  effect: 'asks',
  evaluate({ source, destination, limitTo }, { packet }) {
    const { iif, oif } = packet.context;
    const device = limitTo === null ? null : limitTo === 'in' ? iif : oif;
    const ip = packet.skb.packet;
    return answer(
      fits(source, ip.source, device, packet) && fits(destination, ip.destination, device, packet),
    );
  },
};

function fits(
  set: TypeSet | null,
  address: Address,
  device: string | null,
  packet: RulePacket,
): boolean {
  if (set === null) return true;
  const { netns, decider } = packet.context;
  if (address.family === 6 && !ofKind6(set, address)) return set.negated;
  const asked = address.family === 4 ? set.types : set.types.filter((type) => ROUTED_6.has(type));
  if (address.family === 6 && asked.length === 0) return !set.negated;
  const type = addressType(netns, address, device, decider);
  return asked.includes(type.toUpperCase()) !== set.negated;
}

/** Types of IPv6 that a route tells; of these one must be the address's. */
const ROUTED_6: ReadonlySet<string> = new Set(['LOCAL', 'ANYCAST', 'UNREACHABLE']);

/** Of the types that an IPv6 address itself tells, all must be its own. Linux: match_type6(). */
function ofKind6({ types }: TypeSet, { bits }: Ipv6Address): boolean {
  const isMulticast = bits >> 120n === 0xffn;
  if (types.includes('MULTICAST') && !isMulticast) return false;
  if (types.includes('UNICAST') && (isMulticast || bits === 0n)) return false;
  return !types.includes('UNSPEC') || bits === 0n;
}
