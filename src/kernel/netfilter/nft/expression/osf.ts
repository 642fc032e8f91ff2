import { PROTOCOL } from '../../../../packet/protocol.ts';
import type { RuleScope } from '../rule-scope.ts';
import { BREAK, type Evaluated, UNKNOWN_VALUE } from '../value.ts';

/** The operating system that a SYN looks like: `osf name "Linux"`. Linux: struct nft_osf. */
export interface OsfExpression {
  readonly kind: 'osf';
  readonly key: 'name' | 'version';
  readonly ttl: 'loose' | 'skip' | null;
}

/**
 * The fingerprints are not in a snapshot; what is no SYN ends the rule. Linux: nft_osf_eval().
 */
export function evaluateOsf(_: OsfExpression, { packet }: RuleScope): Evaluated {
  const { protocol, transport } = packet.skb.packet;
  const isSyn = protocol === PROTOCOL.tcp && transport.kind === 'tcp' && transport.flags.syn;
  return isSyn ? UNKNOWN_VALUE : BREAK;
}
