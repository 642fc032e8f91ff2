import type { Address } from '../../../../packet/address.ts';
import { deviceMtu } from '../../../routing/device-facts.ts';
import { routeOutput } from '../../../routing/output-route.ts';
import { type TargetContext, type TargetModel, unchanged } from './target-model.ts';

/** `-j TCPMSS`. Linux: struct xt_tcpmss_info. */
export interface TcpmssTarget {
  readonly kind: 'tcpmss';
  /** `clamp`: what the path MTU allows. */
  readonly mss: number | 'clamp';
}

const TCP_OVER_IP = 40;
const TCP_OVER_IPV6 = 60;

/** Only lowers the segment size. Linux: tcpmss_mangle_packet(). */
export const tcpmssTarget: TargetModel<TcpmssTarget> = {
  support: (target) => (target.mss === 'clamp' ? 'given-fact' : 'exact'),
  apply(target, context) {
    const { skb } = context.packet;
    const t = skb.packet.transport;
    if (t.kind !== 'tcp' || t.mss === undefined) return unchanged(context);
    const mss = target.mss === 'clamp' ? clampedMss(context) : target.mss;
    if (t.mss <= mss) return unchanged(context);
    const packet = { ...skb.packet, transport: { ...t, mss } };
    return { kind: 'continue', skb: { ...skb, packet } };
  },
};

/**
 * What fits the packet's own route and the one back to its sender, less the headers.
 * Linux: tcpmss_mangle_packet(), tcpmss_reverse_mtu().
 */
function clampedMss(context: TargetContext): number {
  const { skb, context: at } = context.packet;
  const { netns } = at;
  const { decider } = context.run;
  const there = routeTo(context, skb.packet.destination, skb.mark);
  const back = routeTo(context, skb.packet.source, 0);
  // A rule that routes by more than addresses sends it elsewhere: then the device tells.
  const known = there?.device === at.oif || at.oif === '' ? there : null;
  const forward = known?.mtu ?? (at.oif === '' ? null : deviceMtu(netns, at.oif, decider));
  const headers = context.site.table.family === 4 ? TCP_OVER_IP : TCP_OVER_IPV6;
  const reverse = back?.mtu ?? Number.POSITIVE_INFINITY;
  return Math.min(forward ?? reverse, reverse) - headers;
}

function routeTo({ packet, run }: TargetContext, destination: Address, mark: number) {
  const key = {
    destination,
    source: null,
    oif: null,
    mark,
    tos: 0,
    protocol: 0,
    sport: 0,
    dport: 0,
    uid: 0,
    anySource: true,
  };
  const found = routeOutput(packet.context.netns, key, run.decider);
  return found.kind === 'route' ? found : null;
}
