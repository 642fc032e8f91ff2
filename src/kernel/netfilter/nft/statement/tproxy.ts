import { sameAddress } from '../../../../packet/address.ts';
import { PROTOCOL } from '../../../../packet/protocol.ts';
import { OPEN_QUESTION } from '../../../decide.ts';
import type { Expression } from '../expression/expression.ts';
import { askHere, nameUnsupported, type RuleScope } from '../rule-scope.ts';
import { scalarAddress } from '../value.ts';
import type { StatementOutcome } from './statement.ts';

/** `tproxy to ADDRESS:PORT`: a socket of this host takes the packet as it is. Linux: struct nft_tproxy. */
export interface TproxyStatement {
  readonly kind: 'tproxy';
  /** Packets of the other family end the rule, in an inet table. */
  readonly family: 4 | 6 | null;
  readonly address: Expression | null;
  readonly port: Expression | null;
}

/**
 * Without a transparent socket the rule ends. With one the packet is that socket's, which the model
 * names and does not follow. Linux: nft_tproxy_eval_v4().
 */
export function executeTproxy(tproxy: TproxyStatement, scope: RuleScope): StatementOutcome {
  const { skb, context } = scope.packet;
  const { protocol, transport, source } = skb.packet;
  if (tproxy.family !== null && tproxy.family !== source.family) return { kind: 'break' };
  if (protocol !== PROTOCOL.tcp && protocol !== PROTOCOL.udp) return { kind: 'break' };
  if (transport.kind !== 'tcp' && transport.kind !== 'udp') return { kind: 'break' };
  const address = scalarOf(tproxy.address, scope);
  const port = scalarOf(tproxy.port, scope);
  if (address === 'break' || port === 'break') return { kind: 'break' };
  const to = address === null ? null : scalarAddress(address);
  const known = tproxy.port === null || typeof port === 'number';
  // Without an address it is one of the device's: any socket of the port may be meant.
  if (context.netns.sockets && known && to !== null) {
    const at = typeof port === 'number' ? port : transport.dport;
    const isThere = context.netns.sockets.some(
      (socket) =>
        socket.protocol === transport.kind &&
        socket.port === at &&
        (socket.address === null || sameAddress(socket.address, to)),
    );
    if (!isThere) return { kind: 'break' };
  }
  const answer = askHere(scope, {
    kind: 'unknown',
    topic: 'target',
    about: 'tproxy',
    options: OPEN_QUESTION,
  });
  if (answer.value === 'no') return { kind: 'break' };
  nameUnsupported(scope, 'nft statement tproxy');
  return { kind: 'end', end: { kind: 'stolen', by: 'tproxy' } };
}

function scalarOf(expression: Expression | null, scope: RuleScope) {
  if (expression === null) return null;
  const evaluated = scope.evaluate(expression);
  return evaluated.kind === 'break' ? 'break' : (evaluated.value[0] ?? null);
}
