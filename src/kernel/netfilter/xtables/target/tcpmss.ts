import { netnsKey } from '../../../../packet/place.ts';
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

/** The smaller MTU of the two devices that the packet passes, less the headers. */
function clampedMss(context: TargetContext): number {
  const { iif, oif } = context.packet.context;
  const mtus = [iif, oif].filter((name) => name !== '').map((name) => mtuOf(name, context));
  const headers = context.site.table.family === 4 ? TCP_OVER_IP : TCP_OVER_IPV6;
  return Math.min(...mtus) - headers;
}

function mtuOf(name: string, { packet, run }: TargetContext): number {
  const { netns } = packet.context;
  const device = netns.devices?.find((candidate) => candidate.name === name);
  if (device) return device.mtu;
  const answer = run.decider.decide({
    id: `mtu:${netnsKey(netns.ref)}:${name}`,
    kind: 'unknown',
    topic: 'mtu',
    where: netns.ref,
    subject: name,
    options: [{ value: '1500', probability: 1, cost: 0 }],
  });
  return Number(answer.value);
}
