import { PROTOCOL } from '../../../../packet/protocol.ts';
import type { RuleScope } from '../rule-scope.ts';
import { BREAK, type Evaluated, known, UNKNOWN_VALUE } from '../value.ts';

/** A chunk of an SCTP packet, which packets of the model do not have. Linux: nft_exthdr_sctp_eval(). */
export interface SctpChunkExpression {
  readonly kind: 'sctp-chunk';
  readonly chunk: string;
  /** null asks whether the chunk is there. */
  readonly field: string | null;
}

/** No other packet has one. */
export function evaluateSctpChunk(
  { field }: SctpChunkExpression,
  { packet }: RuleScope,
): Evaluated {
  if (packet.skb.packet.protocol === PROTOCOL.sctp) return UNKNOWN_VALUE;
  return field === null ? known(0) : BREAK;
}
