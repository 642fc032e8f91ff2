import { transportBytes } from '../../../../packet/wire.ts';
import { isLaterFragment } from './ah.ts';
import { answer, type MatchModel } from './match-model.ts';
import { type PortRange, portFits } from './port-range.ts';
import { unknownBytes } from './unknown-bytes.ts';
import { bigEndian } from './wire-number.ts';

/** `-m ipcomp`: the compression parameter index. Linux: struct xt_ipcomp. */
export interface IpcompMatch {
  readonly kind: 'ipcomp';
  readonly spi: PortRange | null;
  /** `--compres`: taken and printed, and not looked at by the kernel. */
  readonly reserved: boolean;
}

const PROTOCOL_IPCOMP = 108;
const INDEX_AT = 2;

/** Linux: comp_mt(). */
export const ipcompMatch: MatchModel<IpcompMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate({ spi }, context) {
    const { packet } = context.packet.skb;
    if (packet.protocol !== PROTOCOL_IPCOMP || isLaterFragment(packet)) return 'no';
    if (spi === null) return 'yes';
    const value = bigEndian(transportBytes(packet), INDEX_AT, 2);
    return value === null ? unknownBytes(context, 'ipcomp') : answer(portFits(spi, value));
  },
};
