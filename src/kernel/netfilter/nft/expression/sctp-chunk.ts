import { PROTOCOL } from '../../../../packet/protocol.ts';
import type { RuleScope } from '../rule-scope.ts';
import { BREAK, type Evaluated, UNKNOWN_VALUE } from '../value.ts';

/** A chunk of an SCTP packet, which packets of the model do not have. Linux: nft_exthdr_sctp_eval(). */
export interface SctpChunkExpression {
  readonly kind: 'sctp-chunk';
  readonly chunk: string;
  /** null asks whether the chunk is there. */
  readonly field: string | null;
}

export function evaluateSctpChunk(_: SctpChunkExpression, { packet }: RuleScope): Evaluated {
  return packet.skb.packet.protocol === PROTOCOL.sctp ? UNKNOWN_VALUE : BREAK;
}
