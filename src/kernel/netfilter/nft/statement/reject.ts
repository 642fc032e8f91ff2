import { PROTOCOL } from '../../../../packet/protocol.ts';
import type { RejectWith } from '../../verdict.ts';
import type { RuleScope } from '../rule-scope.ts';
import type { StatementOutcome } from './statement.ts';

/**
 * `reject`. Codes of ICMPv6 have the name of their IPv4 counterpart. Linux: struct nft_reject.
 */
export interface RejectStatement {
  readonly kind: 'reject';
  readonly with: RejectWith;
  /** Rejects only packets of this family, as `icmp` and `icmpv6` codes do in an inet table. */
  readonly family: 4 | 6 | null;
}

/**
 * nft puts a check of the protocol before a reject that needs one. Linux: nft_reject_inet_eval().
 */
export function executeReject(reject: RejectStatement, scope: RuleScope): StatementOutcome {
  const { protocol, source } = scope.packet.skb.packet;
  if (reject.with === 'tcp-reset' && protocol !== PROTOCOL.tcp) return { kind: 'break' };
  if (reject.family !== null && reject.family !== source.family) return { kind: 'break' };
  return { kind: 'end', end: { kind: 'reject', with: reject.with } };
}
