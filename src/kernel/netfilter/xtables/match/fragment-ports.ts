import { transportBytes } from '../../../../packet/wire.ts';
import { isLaterFragment } from './ah.ts';
import { answer, type MatchAnswer, type MatchContext } from './match-model.ts';
import { type PortRange, portFits } from './port-range.ts';
import { unknownBytes } from './unknown-bytes.ts';
import { bigEndian } from './wire-number.ts';

/**
 * The answer of a match for ports where a part of a datagram has none. iptables-nft writes the ports of
 * TCP and UDP as comparisons of bytes, which take what lies there for ports; all others see no packet of theirs.
 * Linux: nft_payload_fast_eval(); docs/lab-notes/xtables-matches.md.
 */
export function portsOfFragment(
  { sport, dport }: { readonly sport: PortRange | null; readonly dport: PortRange | null },
  protocol: number,
  context: MatchContext,
): MatchAnswer {
  const { packet } = context.packet.skb;
  if (context.site.table.backend !== 'nft') return 'no';
  if (packet.protocol !== protocol || !isLaterFragment(packet)) return 'no';
  // Without ports it is the kernel's own match.
  if (sport === null && dport === null) return 'no';
  const bytes = transportBytes(packet);
  const from = bigEndian(bytes, 0, 2);
  const to = bigEndian(bytes, 2, 2);
  if (from === null || to === null) return unknownBytes(context, 'ports of a fragment');
  return answer(portFits(sport, from) && portFits(dport, to));
}
