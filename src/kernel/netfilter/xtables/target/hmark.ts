import type { Address } from '../../../../packet/address.ts';
import type { Packet } from '../../../../packet/packet.ts';
import { PROTOCOL } from '../../../../packet/protocol.ts';
import { addressBytes, transportBytes } from '../../../../packet/wire.ts';
import type { Skb } from '../../../skb.ts';
import { jhashThree, reciprocalScale } from '../../jhash.ts';
import { bigEndian } from '../match/wire-number.ts';
import {
  type TargetContext,
  type TargetModel,
  type TargetOutcome,
  unchanged,
} from './target-model.ts';

/** `-j HMARK`: marks flows by a hash of their headers. Linux: struct xt_hmark_info. */
export interface HmarkTarget {
  readonly kind: 'hmark';
  /** Lengths of the prefixes that are hashed; null hashes nothing, as all that follow. */
  readonly sourcePrefix: number | null;
  readonly destinationPrefix: number | null;
  readonly sportMask: number | null;
  readonly dportMask: number | null;
  readonly spiMask: number | null;
  /** Bits that are set after the masks were applied. */
  readonly sport: number | null;
  readonly dport: number | null;
  readonly spi: number | null;
  readonly protocolMask: number | null;
  readonly random: number;
  readonly modulus: number;
  readonly offset: number | null;
  /** `ct`: the connection's addresses instead of the packet's. */
  readonly connection: boolean;
}

/** Linux: hmark_tg_v4(), hmark_tg_v6(). */
export const hmarkTarget: TargetModel<HmarkTarget> = {
  support: () => 'exact',
  apply(target, context) {
    const { skb } = context.packet;
    const tuple = target.connection ? fromConnection(target, skb) : fromPacket(target, skb.packet);
    if (tuple === null) return unchanged(context);
    if (tuple === 'unknown') return unnamed(context);
    const [low, high] = [tuple.source, tuple.destination].sort((a, b) => a - b);
    const hash =
      (jhashThree([low ?? 0, high ?? 0, tuple.ports], target.random) ^
        (tuple.protocol & (target.protocolMask ?? 0))) >>>
      0;
    const mark = (reciprocalScale(hash, target.modulus) + (target.offset ?? 0)) >>> 0;
    return { kind: 'continue', skb: { ...skb, mark } };
  },
};

interface HashTuple {
  readonly source: number;
  readonly destination: number;
  readonly ports: number;
  readonly protocol: number;
}

function unnamed(context: TargetContext): TargetOutcome {
  const { packet, run, site } = context;
  run.unsupported({
    construct: 'target HMARK of a packet whose bytes are not known',
    where: packet.context.netns.ref,
    source: site.rule.source,
  });
  return unchanged(context);
}

/** Linux: hmark_ct_set_htuple(). */
function fromConnection(target: HmarkTarget, { ct }: Skb): HashTuple | null {
  if (ct.kind !== 'tracked') return null;
  const { original, reply } = ct.connection;
  const { protocol } = original;
  const isIcmp = protocol === PROTOCOL.icmp;
  return {
    source: masked(original.source, target.sourcePrefix),
    destination: masked(reply.source, target.destinationPrefix),
    ports: isIcmp ? 0 : portsOf(target, original.sport, reply.sport),
    protocol,
  };
}

/** Linux: hmark_pkt_set_htuple_ipv4(), hmark_pkt_set_htuple_ipv6(). */
function fromPacket(target: HmarkTarget, packet: Packet): HashTuple | 'unknown' {
  const t = packet.transport;
  // An error is hashed as what it is about.
  const about = t.kind === 'icmp' && t.quoted ? t.quoted : packet;
  const { source, destination, protocol, fragment } = about;
  const ports = fragment ? 0 : packetPorts(target, about);
  if (ports === null) return 'unknown';
  return {
    source: masked(source, target.sourcePrefix),
    destination: masked(destination, target.destinationPrefix),
    ports,
    protocol,
  };
}

const AH_SPI_AT = 4;
/** Linux: proto_ports_offset(). */
const WITH_PORTS: readonly number[] = [
  PROTOCOL.tcp,
  PROTOCOL.udp,
  PROTOCOL.sctp,
  PROTOCOL.esp,
  33,
  136,
];

function packetPorts(target: HmarkTarget, packet: Packet): number | null {
  const { protocol } = packet;
  if (protocol !== PROTOCOL.ah && !WITH_PORTS.includes(protocol)) return 0;
  const at = protocol === PROTOCOL.ah ? AH_SPI_AT : 0;
  const both = bigEndian(transportBytes(packet), at, 4);
  return both === null ? null : portsOf(target, both >>> 16, both & 0xffff);
}

/** The larger one first. Linux: hmark_swap_ports(). */
function portsOf(target: HmarkTarget, source: number, destination: number): number {
  const mask = target.spiMask ?? ((target.sportMask ?? 0) << 16) | (target.dportMask ?? 0);
  const set = target.spi ?? ((target.sport ?? 0) << 16) | (target.dport ?? 0);
  const both = ((((source << 16) | destination) & mask) | set) >>> 0;
  const [from, to] = [both >>> 16, both & 0xffff];
  return to > from ? ((to << 16) | from) >>> 0 : ((from << 16) | to) >>> 0;
}

/** All words of an IPv6 address in one. Linux: hmark_addr_mask(). */
function masked(address: Address, length: number | null): number {
  const prefix = length ?? 0;
  const bytes = addressBytes(address);
  let folded = 0;
  for (let i = 0; i < bytes.length; i++) {
    const bits = Math.min(Math.max(prefix - i * 8, 0), 8);
    const byte = (bytes[i] ?? 0) & (0xff00 >>> bits) & 255;
    folded ^= byte << (8 * (3 - (i % 4)));
  }
  return folded >>> 0;
}
