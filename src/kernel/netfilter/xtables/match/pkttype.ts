import { isMulticast } from '../../../../packet/address.ts';
import { frameType } from '../../../../packet/mac.ts';
import { OPEN_QUESTION } from '../../../decide.ts';
import { answer, type MatchModel, unknownHere } from './match-model.ts';

/** `-m pkttype`. Linux: struct xt_pkttype_info. */
export interface PkttypeMatch {
  readonly kind: 'pkttype';
  readonly negated: boolean;
  readonly type: 'unicast' | 'broadcast' | 'multicast';
}

/** Linux: pkttype_mt(), eth_type_trans(). */
export const pkttypeMatch: MatchModel<PkttypeMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate({ type, negated }, context) {
    const { destinationMac, packet } = context.packet.skb;
    if (destinationMac !== null) return answer((frameType(destinationMac) === type) !== negated);
    const to = packet.destination;
    if (!isMulticast(to) && to.bits !== 0xffffffff) {
      return answer((type === 'unicast') !== negated);
    }
    return unknownHere(context, {
      kind: 'unknown',
      topic: 'match',
      about: 'pkttype',
      options: OPEN_QUESTION,
    });
  },
};
