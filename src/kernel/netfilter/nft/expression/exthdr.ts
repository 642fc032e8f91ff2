import type { RuleScope } from '../rule-scope.ts';
import { BREAK, type Evaluated, known } from '../value.ts';

/**
 * An extension header of IPv6 or an option of IPv4: `exthdr frag exists`, `ip option ra value`.
 * Packets of the model have none. Linux: struct nft_exthdr.
 */
export interface ExthdrExpression {
  readonly kind: 'exthdr';
  readonly family: 4 | 6;
  /** `frag`, `hbh`, `srh`...; of IPv4 `lsrr`, `ra`, `rr`, `ssrr`. */
  readonly name: string;
  /** null asks whether it is there. */
  readonly field: string | null;
}

/** A packet of the other family ends the rule. Linux: nft_exthdr_ipv6_eval(), nft_exthdr_ipv4_eval(). */
export function evaluateExthdr(
  { family, field }: ExthdrExpression,
  { packet }: RuleScope,
): Evaluated {
  if (packet.skb.packet.source.family !== family) return BREAK;
  return field === null ? known(0) : BREAK;
}
