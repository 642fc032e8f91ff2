import { PROTOCOL } from '../../../../packet/protocol.ts';
import { transportBytes } from '../../../../packet/wire.ts';
import { findExtension } from './extension-header.ts';
import { answer, type MatchAnswer, type MatchContext, type MatchModel } from './match-model.ts';
import { type PortRange, portFits } from './port-range.ts';
import { unknownBytes } from './unknown-bytes.ts';
import { bigEndian } from './wire-number.ts';

/** `-m ah`: the authentication header of IPsec. Linux: struct ipt_ah, struct ip6t_ah. */
export interface AhMatch {
  readonly kind: 'ah';
  readonly version: 4 | 6;
  readonly spi: PortRange | null;
  /** IPv6: the header's length in bytes. */
  readonly length: { readonly negated: boolean; readonly length: number } | null;
  /** IPv6: the reserved field is zero. */
  readonly reserved: boolean;
}

const SPI_AT = 4;
const RESERVED_AT = 2;

/** Linux: ah_mt(), ah_mt6(). */
export const ahMatch: MatchModel<AhMatch> = {
  support: () => 'exact',
  effect: 'pure',
  evaluate: (match, context) =>
    match.version === 4 ? inIpv4(match, context) : inIpv6(match, context),
};

function inIpv4({ spi }: AhMatch, context: MatchContext): MatchAnswer {
  const { packet } = context.packet.skb;
  if (packet.protocol !== PROTOCOL.ah || isLaterFragment(packet)) return 'no';
  if (spi === null) return 'yes';
  const value = bigEndian(transportBytes(packet), SPI_AT, 4);
  return value === null ? unknownBytes(context, 'ah') : answer(portFits(spi, value));
}

function inIpv6({ spi, length, reserved }: AhMatch, context: MatchContext): MatchAnswer {
  const header = findExtension(context.packet.skb.packet, PROTOCOL.ah);
  if (header === null) return 'no';
  if (!portFits(spi, bigEndian(header.bytes, SPI_AT, 4) ?? 0)) return 'no';
  if (length && (length.length === header.bytes.length) === length.negated) return 'no';
  return answer(!reserved || bigEndian(header.bytes, RESERVED_AT, 2) === 0);
}

/** Such a part of a datagram has no header to look into. */
export function isLaterFragment({
  fragment,
}: {
  readonly fragment?: { readonly offset: number };
}): boolean {
  return fragment !== undefined && fragment.offset > 0;
}
