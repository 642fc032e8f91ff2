import { addressBytes } from '../../../../packet/wire.ts';
import { answer, type MatchModel } from './match-model.ts';

/** `-m eui64`: the source address was made of the frame's source address. RFC 4291 2.5.1. */
export interface Eui64Match {
  readonly kind: 'eui64';
}

const INTERFACE_ID = 8;

/** Linux: eui64_mt6(). */
export const eui64Match: MatchModel<Eui64Match> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate(_match, { packet }) {
    const { sourceMac, packet: ip } = packet.skb;
    if (sourceMac === null || ip.source.family !== 6) return 'no';
    const mac = sourceMac.split(':').map((octet) => Number.parseInt(octet, 16));
    const id = [(mac[0] ?? 0) ^ 2, mac[1], mac[2], 0xff, 0xfe, mac[3], mac[4], mac[5]];
    const bytes = addressBytes(ip.source).slice(INTERFACE_ID);
    return answer(bytes.every((byte, i) => byte === id[i]));
  },
};
