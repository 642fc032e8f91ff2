import { PROTOCOL } from '../../../../packet/protocol.ts';
import type { RuleScope } from '../rule-scope.ts';
import { BREAK, type Evaluated, known, UNKNOWN_VALUE } from '../value.ts';

/** A field of a TCP option: only the segment size is known of packets. Linux: nft_exthdr.c. */
export interface TcpOptionExpression {
  readonly kind: 'tcp-option';
  readonly option: string;
  /** null asks whether the option is there. */
  readonly field: string | null;
}

/** Linux: nft_exthdr_tcp_eval(). */
export function evaluateTcpOption(
  { option, field }: TcpOptionExpression,
  { packet }: RuleScope,
): Evaluated {
  const ip = packet.skb.packet;
  // What is no TCP packet has no option, and is asked for none.
  if (ip.protocol !== PROTOCOL.tcp) return field === null ? known(0) : BREAK;
  if (ip.transport.kind !== 'tcp' || option !== 'maxseg') return UNKNOWN_VALUE;
  const { mss } = ip.transport;
  if (field === null) return mss === undefined ? UNKNOWN_VALUE : known(1);
  return field === 'size' && mss !== undefined ? known(mss) : UNKNOWN_VALUE;
}
