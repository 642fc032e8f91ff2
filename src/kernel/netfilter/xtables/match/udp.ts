import { PROTOCOL } from '../../../../packet/protocol.ts';
import { portsOfFragment } from './fragment-ports.ts';
import { answer, type MatchModel } from './match-model.ts';
import { type PortRange, portFits } from './port-range.ts';

/** `-m udp`. Linux: struct xt_udp. */
export interface UdpMatch {
  readonly kind: 'udp';
  readonly sport: PortRange | null;
  readonly dport: PortRange | null;
}

/** Linux: udp_mt(). */
export const udpMatch: MatchModel<UdpMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate(match, context) {
    const t = context.packet.skb.packet.transport;
    if (t.kind !== 'udp') return portsOfFragment(match, PROTOCOL.udp, context);
    return answer(portFits(match.sport, t.sport) && portFits(match.dport, t.dport));
  },
};
