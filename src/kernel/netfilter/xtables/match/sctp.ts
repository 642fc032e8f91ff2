import { answer, type MatchModel } from './match-model.ts';
import { type PortRange, portFits } from './port-range.ts';

/** `-m sctp` with ports; `--chunk-types` is not modelled. Linux: struct xt_sctp_info. */
export interface SctpMatch {
  readonly kind: 'sctp';
  readonly sport: PortRange | null;
  readonly dport: PortRange | null;
}

/** Linux: sctp_mt(). */
export const sctpMatch: MatchModel<SctpMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate(match, { packet }) {
    const t = packet.skb.packet.transport;
    return answer(
      t.kind === 'sctp' && portFits(match.sport, t.sport) && portFits(match.dport, t.dport),
    );
  },
};
