import { PROTOCOL } from '../../../../packet/protocol.ts';
import { transportBytes } from '../../../../packet/wire.ts';
import { isLaterFragment } from './ah.ts';
import { answer, type MatchModel } from './match-model.ts';
import { type PortRange, portFits } from './port-range.ts';
import { unknownBytes } from './unknown-bytes.ts';
import { bigEndian } from './wire-number.ts';

/** `-m esp`: the security parameter index. Linux: struct xt_esp. */
export interface EspMatch {
  readonly kind: 'esp';
  readonly spi: PortRange | null;
}

/** Linux: esp_mt(). */
export const espMatch: MatchModel<EspMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate({ spi }, context) {
    const { packet } = context.packet.skb;
    if (packet.protocol !== PROTOCOL.esp || isLaterFragment(packet)) return 'no';
    if (spi === null) return 'yes';
    const value = bigEndian(transportBytes(packet), 0, 4);
    return value === null ? unknownBytes(context, 'esp') : answer(portFits(spi, value));
  },
};
