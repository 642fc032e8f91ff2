import { answer, type MatchModel } from './match-model.ts';

/** `-m mac`. Linux: struct xt_mac_info. */
export interface MacMatch {
  readonly kind: 'mac';
  readonly negated: boolean;
  /** Lower case. */
  readonly address: string;
}

/** A packet that did not come in a frame never matches, inverted or not. Linux: mac_mt(). */
export const macMatch: MatchModel<MacMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate({ address, negated }, { packet }) {
    const { sourceMac } = packet.skb;
    if (sourceMac === null) return 'no';
    return answer((sourceMac.toLowerCase() === address) !== negated);
  },
};
