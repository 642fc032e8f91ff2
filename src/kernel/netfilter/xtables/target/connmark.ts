import { type TargetModel, unchanged } from './target-model.ts';

/** `-j CONNMARK`. Linux: struct xt_connmark_tginfo1. */
export type ConnmarkTarget = { readonly kind: 'connmark' } & (
  | { readonly operation: 'set'; readonly value: number; readonly mask: number }
  | {
      /** Between the connection's mark and the packet's (`nf`). */
      readonly operation: 'save' | 'restore';
      readonly nfMask: number;
      readonly ctMask: number;
    }
);

/** Linux: connmark_tg(). */
export const connmarkTarget: TargetModel<ConnmarkTarget> = {
  support: () => 'exact',
  apply(target, context) {
    const { skb } = context.packet;
    if (skb.ct.kind !== 'tracked') return unchanged(context);
    const { connection } = skb.ct;
    switch (target.operation) {
      case 'set':
        connection.mark = ((connection.mark & ~target.mask) ^ target.value) >>> 0;
        return unchanged(context);
      case 'save':
        connection.mark = ((connection.mark & ~target.ctMask) ^ (skb.mark & target.nfMask)) >>> 0;
        return unchanged(context);
      case 'restore': {
        const mark = ((skb.mark & ~target.nfMask) ^ (connection.mark & target.ctMask)) >>> 0;
        return { kind: 'continue', skb: { ...skb, mark } };
      }
    }
  },
};
