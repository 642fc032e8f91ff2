import { answer, type MatchModel } from './match-model.ts';

/** `-m ipv6header`: which headers a packet has. Linux: struct ip6t_ipv6header_info. */
export interface Ipv6headerMatch {
  readonly kind: 'ipv6header';
  readonly negated: boolean;
  readonly headers: readonly Ipv6HeaderName[];
  /** `--soft`: others may be there too. */
  readonly soft: boolean;
}

/** As iptables prints them, with the bits of the kernel: MASK_HOPOPTS and the like. */
export const IPV6_HEADERS = {
  'hop-by-hop': { number: 0, bit: 0x80 },
  'ipv6-opts': { number: 60, bit: 0x40 },
  'ipv6-route': { number: 43, bit: 0x20 },
  'ipv6-frag': { number: 44, bit: 0x10 },
  ah: { number: 51, bit: 0x08 },
  esp: { number: 50, bit: 0x04 },
  'ipv6-nonxt': { number: 59, bit: 0x02 },
  protocol: { number: null, bit: 0x01 },
} as const;

export type Ipv6HeaderName = keyof typeof IPV6_HEADERS;

const ESP = 50;
const NO_NEXT_HEADER = 59;

/** Linux: ipv6header_mt6(). */
export const ipv6headerMatch: MatchModel<Ipv6headerMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate({ negated, headers, soft }, { packet }) {
    const { protocol, extensions = [] } = packet.skb.packet;
    const wanted = headers.reduce((bits, name) => bits | IPV6_HEADERS[name].bit, 0);
    const numbers = extensions.map((header) => header.protocol);
    const ends = protocol === ESP || protocol === NO_NEXT_HEADER;
    const found = [...numbers, protocol].reduce<number>(
      (bits, number) => bits | bitOf(number),
      ends ? 0 : IPV6_HEADERS.protocol.bit,
    );
    if (!soft) return answer((found === wanted) !== negated);
    return answer(((found ^ wanted ^ (negated ? wanted : 0)) & wanted) === 0);
  },
};

function bitOf(number: number): number {
  return Object.values(IPV6_HEADERS).find((header) => header.number === number)?.bit ?? 0;
}
