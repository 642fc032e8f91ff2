import { isIpv4Multicast } from '../../../../packet/address.ts';
import { OPEN_QUESTION, yesNo } from '../../../decide.ts';
import { addressType } from '../../../routing/address-type.ts';
import { type MatchModel, unknownHere } from './match-model.ts';

/** `-m socket`: a socket of this host waits for the packet. Linux: struct xt_socket_mtinfo1. */
export interface SocketMatch {
  readonly kind: 'socket';
  /** Sockets bound to no address count too. */
  readonly noWildcard: boolean;
  readonly transparent: boolean;
  readonly restoreMark: boolean;
}

/**
 * Only TCP, UDP and errors about them have sockets. Which of them a packet would reach depends on
 * connections and transparent sockets, of which a snapshot says nothing. A packet for another host
 * finds one only where a proxy took the address. Linux: socket_mt4_v3(), nf_sk_lookup_slow_v4().
 */
export const socketMatch: MatchModel<SocketMatch> = {
  support: () => 'given-fact',
  effect: 'asks',
  evaluate({ transparent, noWildcard }, context) {
    const { packet } = context.packet.skb;
    const { netns, decider, iif } = context.packet.context;
    const { transport: t, destination, protocol } = packet;
    const quotes = t.kind === 'icmp' && t.quoted !== undefined;
    if (t.kind !== 'tcp' && t.kind !== 'udp' && !quotes) return 'no';
    const local =
      !isIpv4Multicast(destination) && addressType(netns, destination, null, decider) === 'local';
    const listens = netns.sockets?.some(
      (socket) => t.kind !== 'icmp' && socket.protocol === t.kind && socket.port === t.dport,
    );
    const open = local && !transparent && (noWildcard || listens !== false);
    return unknownHere(context, {
      kind: 'unknown',
      topic: 'match',
      about: `socket ${iif} ${protocol}`,
      options: open ? OPEN_QUESTION : yesNo('no', 1),
    });
  },
};
