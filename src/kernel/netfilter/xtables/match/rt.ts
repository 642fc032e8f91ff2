import { type Address, sameAddress } from '../../../../packet/address.ts';
import { findExtension } from './extension-header.ts';
import { answer, type MatchModel } from './match-model.ts';
import { type PortRange, portFits } from './port-range.ts';
import { addressAt } from './wire-address.ts';
import { bigEndian } from './wire-number.ts';

/** `-m rt`: the routing header of IPv6. Linux: struct ip6t_rt. */
export interface RtMatch {
  readonly kind: 'rt';
  readonly type: { readonly negated: boolean; readonly type: number } | null;
  readonly segmentsLeft: PortRange | null;
  readonly length: { readonly negated: boolean; readonly length: number } | null;
  readonly reserved: boolean;
  readonly addresses: readonly Address[];
  /** The addresses are in the list in this order, and others may be between them. */
  readonly notStrict: boolean;
}

const ROUTING_HEADER = 43;
const ADDRESSES_AT = 8;
const ADDRESS = 16;

/** Linux: rt_mt6(). */
export const rtMatch: MatchModel<RtMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate(match, { packet }) {
    const header = findExtension(packet.skb.packet, ROUTING_HEADER);
    if (header === null) return 'no';
    const { type, segmentsLeft, length, reserved, addresses, notStrict } = match;
    const { bytes } = header;
    if (!portFits(segmentsLeft, bytes[3] ?? 0)) return 'no';
    if (length && (length.length === bytes.length) === length.negated) return 'no';
    if (type && (type.type === bytes[2]) === type.negated) return 'no';
    if (reserved && bigEndian(bytes, 4, 4) !== 0) return 'no';
    if (addresses.length === 0) return 'yes';
    const count = Math.floor((bytes.length - ADDRESSES_AT) / ADDRESS);
    const listed = Array.from({ length: count }, (_, i) =>
      addressAt(bytes, ADDRESSES_AT + i * ADDRESS),
    );
    return answer(notStrict ? isWithin(addresses, listed) : isSame(addresses, listed));
  },
};

function isSame(wanted: readonly Address[], listed: readonly Address[]): boolean {
  return (
    wanted.length === listed.length &&
    wanted.every((address, i) => sameAddress(address, listed[i] ?? address))
  );
}

function isWithin(wanted: readonly Address[], listed: readonly Address[]): boolean {
  let next = 0;
  for (const address of listed) {
    const expected = wanted[next];
    if (expected !== undefined && sameAddress(expected, address)) next++;
  }
  return next === wanted.length;
}
