import type { MatchModel } from './match-model.ts';
import { unknownBytes } from './unknown-bytes.ts';

/** `-m osf`: guesses the sender's system from a SYN. Linux: struct nf_osf_info. */
export interface OsfMatch {
  readonly kind: 'osf';
  /** All options as printed. */
  readonly options: string;
}

/** Which fingerprints were loaded no list tells. Linux: xt_osf_match_packet(). */
export const osfMatch: MatchModel<OsfMatch> = {
  support: () => 'given-fact',
  effect: 'pure',
  evaluate(_match, context) {
    const t = context.packet.skb.packet.transport;
    if (t.kind !== 'tcp' || !t.flags.syn) return 'no';
    return unknownBytes(context, 'osf');
  },
};
