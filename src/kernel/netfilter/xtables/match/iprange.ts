import type { Address } from '../../../../packet/address.ts';
import { answer, type MatchModel } from './match-model.ts';

/** `-m iprange`. Linux: struct xt_iprange_mtinfo. */
export interface IprangeMatch {
  readonly kind: 'iprange';
  readonly source: AddressRange | null;
  readonly destination: AddressRange | null;
}

export interface AddressRange {
  readonly negated: boolean;
  readonly first: Address;
  readonly last: Address;
}

/** Linux: iprange_mt4(). */
export const iprangeMatch: MatchModel<IprangeMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate: ({ source, destination }, { packet }) =>
    answer(
      fits(source, packet.skb.packet.source) && fits(destination, packet.skb.packet.destination),
    ),
};

function fits(range: AddressRange | null, { bits }: Address): boolean {
  if (range === null) return true;
  return (bits >= range.first.bits && bits <= range.last.bits) !== range.negated;
}
