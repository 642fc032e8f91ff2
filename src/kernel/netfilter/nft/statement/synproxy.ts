import { PROTOCOL } from '../../../../packet/protocol.ts';
import { nameUnsupported, type RuleScope } from '../rule-scope.ts';
import type { StatementOutcome } from './statement.ts';

/** `synproxy`: the kernel answers a client's handshake itself. Linux: struct nft_synproxy. */
export interface SynproxyStatement {
  readonly kind: 'synproxy';
  /** The statement as nft prints it. */
  readonly text: string;
}

/**
 * Takes a handshake's first and last packet, which the model names and does not follow.
 * Linux: nft_synproxy_do_eval(), nft_synproxy_tcp_eval().
 */
export function executeSynproxy(scope: RuleScope): StatementOutcome {
  const { skb } = scope.packet;
  const { protocol, transport } = skb.packet;
  if (protocol !== PROTOCOL.tcp || transport.kind !== 'tcp') return { kind: 'break' };
  if (!transport.flags.syn && !transport.flags.ack) return { kind: 'next', skb };
  nameUnsupported(scope, 'nft statement synproxy');
  return { kind: 'end', end: { kind: 'stolen', by: 'synproxy' } };
}
