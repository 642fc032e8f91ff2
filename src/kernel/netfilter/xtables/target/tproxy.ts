import type { Address } from '../../../../packet/address.ts';
import type { RulePacket } from '../../rule-context.ts';
import type { TargetModel } from './target-model.ts';

/** `-j TPROXY`: hands the packet to a socket of this host. Linux: struct xt_tproxy_target_info_v1. */
export interface TproxyTarget {
  readonly kind: 'tproxy';
  /** 0: the port that the packet asks for. */
  readonly port: number;
  /** The unspecified one stands for an address of the input device. */
  readonly address: Address;
  readonly mark: { readonly value: number; readonly mask: number };
}

/**
 * Without a socket the packet is dropped. Whether one that listens is transparent, and so takes the
 * packet, no list of sockets tells; how it is delivered is not modelled. Linux: tproxy_tg4().
 */
export const tproxyTarget: TargetModel<TproxyTarget> = {
  support: () => 'unsupported',
  apply(target, { packet, run, site }) {
    if (nobodyListens(target, packet)) return { kind: 'end', verdict: { kind: 'drop' } };
    run.unsupported({
      construct: 'target TPROXY',
      where: packet.context.netns.ref,
      source: site.rule.source,
    });
    return { kind: 'end', verdict: { kind: 'stolen', by: `TPROXY --on-port ${target.port}` } };
  },
};

/** A connection that the proxy accepted keeps its socket; only a first packet needs a listener. */
function nobodyListens(target: TproxyTarget, { context, skb }: RulePacket): boolean {
  const t = skb.packet.transport;
  if (t.kind !== 'tcp' && t.kind !== 'udp') return true;
  if (t.kind === 'tcp' && (!t.flags.syn || t.flags.ack)) return false;
  const { sockets } = context.netns;
  const port = target.port === 0 ? t.dport : target.port;
  return (
    sockets !== undefined &&
    !sockets.some((socket) => socket.protocol === t.kind && socket.port === port)
  );
}
