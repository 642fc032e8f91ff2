import { deviceFits } from '../header-match.ts';
import type { DeviceMatch } from '../rule.ts';
import { answer, type MatchModel } from './match-model.ts';

/** `-m physdev`: bridge ports of a bridged packet. Linux: struct xt_physdev_info. */
export interface PhysdevMatch {
  readonly kind: 'physdev';
  readonly inPort: DeviceMatch | null;
  readonly outPort: DeviceMatch | null;
  readonly isIn: Flag;
  readonly isOut: Flag;
  readonly isBridged: Flag;
}

/** A flag of the match: asked for, asked for inverted, or not asked for. */
export type Flag = 'yes' | 'no' | null;

/** Linux: physdev_mt(). */
export const physdevMatch: MatchModel<PhysdevMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate(match, { packet }) {
    const { physin, physout } = packet.skb;
    const { inPort, outPort, isIn, isOut, isBridged } = match;
    if (physin === null && physout === null) {
      // Not a bridged packet: holds when everything that was asked for is inverted.
      return answer(
        isBridged !== 'yes' &&
          isIn !== 'yes' &&
          isOut !== 'yes' &&
          inPort?.negated !== false &&
          outPort?.negated !== false,
      );
    }
    if (isBridged !== null && (isBridged === 'yes') !== (physout !== null)) return 'no';
    if (isIn !== null && (isIn === 'yes') !== (physin !== null)) return 'no';
    if (isOut !== null && (isOut === 'yes') !== (physout !== null)) return 'no';
    if (inPort && physin !== null && !deviceFits(inPort, physin)) return 'no';
    if (!outPort) return 'yes';
    return answer(physout !== null && deviceFits(outPort, physout));
  },
};
