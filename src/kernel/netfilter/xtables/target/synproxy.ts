import { type TargetModel, unchanged } from './target-model.ts';

/** `-j SYNPROXY`: the host itself answers the client's SYN. Linux: struct xt_synproxy_info. */
export interface SynproxyTarget {
  readonly kind: 'synproxy';
  /** The options as they were read. */
  readonly options: string;
}

/**
 * It takes the SYN of a client and the ACK that follows; other packets go on. What it sends itself
 * is not modelled. Linux: synproxy_tg4().
 */
export const synproxyTarget: TargetModel<SynproxyTarget> = {
  support: () => 'unsupported',
  apply(target, context) {
    const { packet, run, site } = context;
    const t = packet.skb.packet.transport;
    if (t.kind !== 'tcp') return unchanged(context);
    const { syn, ack, fin, rst } = t.flags;
    const begins = syn && !ack && !fin && !rst;
    const confirms = ack && !syn && !fin && !rst;
    if (!begins && !confirms) return unchanged(context);
    run.unsupported({
      construct: 'target SYNPROXY',
      where: packet.context.netns.ref,
      source: site.rule.source,
    });
    const by = `SYNPROXY ${target.options}`.trimEnd();
    return { kind: 'end', verdict: { kind: 'stolen', by } };
  },
};
