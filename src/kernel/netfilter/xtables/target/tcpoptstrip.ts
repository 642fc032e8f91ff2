import { type TargetModel, unchanged } from './target-model.ts';

/** `-j TCPOPTSTRIP`: overwrites options with padding. Linux: struct xt_tcpoptstrip_target_info. */
export interface TcpoptstripTarget {
  readonly kind: 'tcpoptstrip';
  /** Their numbers, ascending. */
  readonly options: readonly number[];
}

const MSS = 2;

/** Of the options the model knows only the segment size. Linux: tcpoptstrip_mangle_packet(). */
export const tcpoptstripTarget: TargetModel<TcpoptstripTarget> = {
  support: () => 'exact',
  apply({ options }, context) {
    const { skb } = context.packet;
    const t = skb.packet.transport;
    if (t.kind !== 'tcp' || t.mss === undefined || !options.includes(MSS)) {
      return unchanged(context);
    }
    const { mss: _stripped, ...transport } = t;
    return { kind: 'continue', skb: { ...skb, packet: { ...skb.packet, transport } } };
  },
};
