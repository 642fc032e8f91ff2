import type { TargetModel } from './target-model.ts';

/** `-j TOS` and `-j DSCP`: both rewrite bits of the TOS octet. Linux: xt_DSCP.c. */
export interface TosTarget {
  readonly kind: 'tos';
  readonly name: 'TOS' | 'DSCP';
  readonly value: number;
  readonly mask: number;
}

/** Linux: tos_tg(); dscp_tg() is the same with the mask 0xfc. */
export const tosTarget: TargetModel<TosTarget> = {
  support: () => 'exact',
  apply({ value, mask }, { packet: { skb } }) {
    const tos = (skb.packet.tos & ~mask & 0xff) ^ value;
    return { kind: 'continue', skb: { ...skb, packet: { ...skb.packet, tos } } };
  },
};
