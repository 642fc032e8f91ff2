import { answer, type MatchModel } from './match-model.ts';

/** `-m ecn`: bits of explicit congestion notification. Linux: struct xt_ecn_info. RFC 3168. */
export interface EcnMatch {
  readonly kind: 'ecn';
  /** The lower two bits of the TOS octet. */
  readonly ip: { readonly negated: boolean; readonly ect: number } | null;
  readonly ece: boolean | null;
  readonly cwr: boolean | null;
}

/** Linux: ecn_mt4(), ecn_mt6(). */
export const ecnMatch: MatchModel<EcnMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate({ ip, ece, cwr }, { packet }) {
    const { tos, transport: t } = packet.skb.packet;
    if (ip && ((tos & 3) === ip.ect) === ip.negated) return 'no';
    if (ece === null && cwr === null) return 'yes';
    if (t.kind !== 'tcp') return 'no';
    if (ece !== null && (t.flags.ece === true) !== ece) return 'no';
    return answer(cwr === null || (t.flags.cwr === true) === cwr);
  },
};
