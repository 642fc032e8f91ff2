import { transportBytes } from '../../../../packet/wire.ts';
import { isLaterFragment } from './ah.ts';
import { answer, type MatchModel } from './match-model.ts';
import { type PortRange, portFits } from './port-range.ts';
import { unknownBytes } from './unknown-bytes.ts';
import { bigEndian } from './wire-number.ts';

/** `-m mh`: the mobility header's type. Linux: struct ip6t_mh. RFC 6275. */
export interface MhMatch {
  readonly kind: 'mh';
  readonly type: PortRange | null;
}

const PROTOCOL_MH = 135;
const TYPE_AT = 2;

/** Linux: mh_mt6(). */
export const mhMatch: MatchModel<MhMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate({ type }, context) {
    const { packet } = context.packet.skb;
    if (packet.protocol !== PROTOCOL_MH || isLaterFragment(packet)) return 'no';
    if (type === null) return 'yes';
    const value = bigEndian(transportBytes(packet), TYPE_AT, 1);
    return value === null ? unknownBytes(context, 'mh') : answer(portFits(type, value));
  },
};
