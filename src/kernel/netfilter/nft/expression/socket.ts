import { PROTOCOL } from '../../../../packet/protocol.ts';
import type { RuleScope } from '../rule-scope.ts';
import { BREAK, type Evaluated, UNKNOWN_VALUE } from '../value.ts';

/** The socket that a packet belongs to: `socket transparent`. Linux: struct nft_socket. */
export interface SocketExpression {
  readonly kind: 'socket';
  readonly key: SocketKey;
  /** Of `cgroupv2` only. */
  readonly level: number | null;
}

export const SOCKET_KEYS = ['transparent', 'mark', 'wildcard', 'cgroupv2'] as const;

export type SocketKey = (typeof SOCKET_KEYS)[number];

/**
 * What a socket is set to is no fact of a snapshot, and a packet without one ends the rule: only a
 * protocol without ports is sure to have none. Linux: nft_socket_eval(), nf_sk_lookup_slow_v4().
 */
export function evaluateSocket(_: SocketExpression, { packet }: RuleScope): Evaluated {
  const { protocol, transport } = packet.skb.packet;
  const hasSocket =
    packet.context.localSocket !== null ||
    protocol === PROTOCOL.tcp ||
    protocol === PROTOCOL.udp ||
    (transport.kind === 'icmp' && transport.quoted !== undefined);
  return hasSocket ? UNKNOWN_VALUE : BREAK;
}
