import { findExtension } from './extension-header.ts';
import { answer, type MatchModel } from './match-model.ts';
import { type PortRange, portFits } from './port-range.ts';
import { bigEndian } from './wire-number.ts';

/** `-m frag`: the fragment header of IPv6. Linux: struct ip6t_frag. */
export interface FragMatch {
  readonly kind: 'frag';
  readonly id: PortRange | null;
  /** `--fraglen`: taken and printed, and not looked at by the kernel. */
  readonly length: { readonly negated: boolean; readonly length: number } | null;
  readonly reserved: boolean;
  readonly first: boolean;
  /** `--fragmore`, `--fraglast`. */
  readonly place: 'more' | 'last' | null;
}

const FRAGMENT_HEADER = 44;

/** Linux: frag_mt6(). */
export const fragMatch: MatchModel<FragMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate({ id, reserved, first, place }, { packet }) {
    const header = findExtension(packet.skb.packet, FRAGMENT_HEADER);
    if (header === null) return 'no';
    const offset = bigEndian(header.bytes, 2, 2) ?? 0;
    const more = (offset & 1) === 1;
    if (!portFits(id, bigEndian(header.bytes, 4, 4) ?? 0)) return 'no';
    if (reserved && ((header.bytes[1] ?? 0) !== 0 || (offset & 6) !== 0)) return 'no';
    if (first && (offset & ~7) !== 0) return 'no';
    return answer(place === null || (place === 'more') === more);
  },
};
