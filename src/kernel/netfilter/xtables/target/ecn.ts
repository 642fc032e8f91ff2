import type { TcpFlags } from '../../../../packet/packet.ts';
import { type TargetModel, unchanged } from './target-model.ts';

/** `-j ECN`: changes the bits of congestion notification. Linux: struct ipt_ECN_info. */
export interface EcnTarget {
  readonly kind: 'ecn';
  /** The lower two bits of the TOS octet. */
  readonly ect: number | null;
  readonly ece: boolean | null;
  readonly cwr: boolean | null;
}

/** Linux: ecn_tg(). */
export const ecnTarget: TargetModel<EcnTarget> = {
  support: () => 'exact',
  apply({ ect, ece, cwr }, context) {
    const { skb } = context.packet;
    const { packet } = skb;
    const t = packet.transport;
    const tos = ect === null ? packet.tos : (packet.tos & 0xfc) | ect;
    if (t.kind !== 'tcp' || (ece === null && cwr === null)) {
      return tos === packet.tos
        ? unchanged(context)
        : { kind: 'continue', skb: { ...skb, packet: { ...packet, tos } } };
    }
    const flags = withFlag(withFlag(t.flags, 'ece', ece), 'cwr', cwr);
    const changed = { ...packet, tos, transport: { ...t, flags } };
    return { kind: 'continue', skb: { ...skb, packet: changed } };
  },
};

function withFlag(flags: TcpFlags, name: 'ece' | 'cwr', value: boolean | null): TcpFlags {
  if (value === null) return flags;
  const { [name]: _old, ...rest } = flags;
  return value ? { ...rest, [name]: true } : rest;
}
