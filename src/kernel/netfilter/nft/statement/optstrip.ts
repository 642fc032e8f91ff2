import { PROTOCOL } from '../../../../packet/protocol.ts';
import type { RuleScope } from '../rule-scope.ts';
import type { StatementOutcome } from './statement.ts';

/** `reset tcp option NAME`: overwrites the option with padding. Linux: nft_exthdr_tcp_strip_eval(). */
export interface OptstripStatement {
  readonly kind: 'optstrip';
  readonly option: string;
}

/** What is no TCP packet ends the rule; a packet without the option passes. */
export function executeOptstrip({ option }: OptstripStatement, scope: RuleScope): StatementOutcome {
  const { skb } = scope.packet;
  const { protocol, transport } = skb.packet;
  if (protocol !== PROTOCOL.tcp) return { kind: 'break' };
  if (option !== 'maxseg' || transport.kind !== 'tcp') return { kind: 'next', skb };
  const { mss: _stripped, ...rest } = transport;
  return { kind: 'next', skb: { ...skb, packet: { ...skb.packet, transport: rest } } };
}
