import { freshSkb } from '../kernel/answer.ts';
import type { Departure } from '../kernel/departure.ts';
import type { Device } from '../kernel/device/device.ts';
import { ownsAddress } from '../kernel/device/find-device.ts';
import type { GreFields, IpTunnelSettings } from '../kernel/device/tunnel-settings.ts';
import { passFrameHook } from '../kernel/frame-departure.ts';
import { type IcmpError, icmpError, tooBig } from '../kernel/icmp-error.ts';
import { type Kernel, record } from '../kernel/kernel.ts';
import { findOutputRoute, sendLocal } from '../kernel/output.ts';
import { IPV6_MIN_MTU } from '../kernel/routing/device-facts.ts';
import type { Skb } from '../kernel/skb.ts';
import type { Errno } from '../linux/errno.ts';
import { type Address, anyAddress } from '../packet/address.ts';
import { ipv6Kind } from '../packet/ipv6-type.ts';
import type { EncapsulatedPacket, ExtensionHeader, Packet } from '../packet/packet.ts';
import { PROTOCOL } from '../packet/protocol.ts';
import { type Crossing, ended, passage } from './passage.ts';

type Transmit = Extract<Departure, { readonly kind: 'transmit' }>;

/** Protocol number of IPv6 in another IP header. */
const IPV6_INSIDE = 41;
/** Linux: tnl_update_pmtu(), IPV4_MIN_MTU. */
const IPV4_MIN_MTU = 68;
/** A destination options header with the limit and padding, bytes. RFC 2473 4.1.1. */
const LIMIT_HEADER = 8;

/**
 * Into a device that puts the packet behind another IP header. The outer packet is one of this namespace: it
 * has a route of its own and passes OUTPUT and POSTROUTING.
 * Linux: ip_tunnel_xmit(), ipip6_tunnel_xmit(), ip6_tnl_xmit().
 */
export function sendThroughIpTunnel(
  kernel: Kernel,
  device: Device,
  tunnel: IpTunnelSettings,
  out: Transmit,
): Crossing {
  const egress = passFrameHook(kernel, out.skb, {
    kind: 'device',
    hook: 'egress',
    device: device.name,
  });
  if (egress.ended) return passage(kernel, egress.ended);
  const { skb } = egress;
  const { packet } = skb;
  if (tunnel.unmodelled !== null) return unmodelled(kernel, device, skb, tunnel.unmodelled);
  if (!carries(tunnel, packet.source.family)) {
    return lost(kernel, device, skb, `${device.name} carries no IPv${packet.source.family}`);
  }
  const outerFamily = outerFamilyOf(tunnel);
  const destination = tunnel.remote ?? otherEnd(outerFamily, out.nexthop);
  if (!destination) return unreachable(kernel, device, out, skb, 'no other end');
  if (outerFamily === 6) {
    const refused = refusedEnds(kernel, tunnel, destination);
    if (refused !== null) return unreachable(kernel, device, out, skb, refused);
  }
  return sendOuter(kernel, device, tunnel, { out, skb, destination });
}

/** The family of the header that a tunnel puts in front. */
export function outerFamilyOf({ type }: IpTunnelSettings): 4 | 6 {
  return type === 'ip6tnl' || type === 'ip6gre' ? 6 : 4;
}

/** Whether a tunnel takes packets of a family. Linux: ipip_tunnel_xmit(), sit_tunnel_xmit(). */
function carries({ type, carries: family }: IpTunnelSettings, inner: 4 | 6): boolean {
  switch (type) {
    case 'gre':
    case 'ip6gre':
      return true;
    case 'ipip':
      return inner === 4 && family !== 6;
    case 'sit':
    case 'ip6tnl':
      return family === null || family === inner;
  }
}

/**
 * Without a remote end the next hop is it. An IPv6 next hop says an IPv4 one in its last bits, or not at
 * all. Linux: rt_nexthop(), IPV6_ADDR_COMPATv4.
 */
function otherEnd(outer: 4 | 6, nexthop: Address): Address | null {
  if (nexthop.family === outer) return nexthop;
  if (nexthop.family === 4 || ipv6Kind(nexthop) !== 'v4-compatible') return null;
  return { family: 4, bits: Number(BigInt(nexthop.bits) & 0xffff_ffffn) };
}

/** IPv6 looks at both ends before it sends. Linux: ip6_tnl_xmit_ctl(). */
function refusedEnds(
  { netns }: Kernel,
  { local }: IpTunnelSettings,
  destination: Address,
): string | null {
  if (local && !ownsAddress(netns, local)) return 'its own end is no address of this host';
  return ownsAddress(netns, destination) ? 'its other end is an address of this host' : null;
}

interface Inner {
  readonly out: Transmit;
  readonly skb: Skb;
  readonly destination: Address;
}

function sendOuter(
  kernel: Kernel,
  device: Device,
  tunnel: IpTunnelSettings,
  { out, skb, destination }: Inner,
): Crossing {
  const { packet } = skb;
  const { family } = destination;
  const isGre = tunnel.type === 'gre' || tunnel.type === 'ip6gre';
  const overhead = overheadOf(tunnel);
  const inheritsDf = packet.source.family === 4 && packet.dontFragment && !tunnel.ignoreDf;
  const draft: Packet = {
    source: tunnel.local ?? anyAddress(family),
    destination,
    protocol: isGre ? PROTOCOL.gre : packet.source.family === 4 ? PROTOCOL.ipip : IPV6_INSIDE,
    ttl: tunnel.ttl === 0 ? packet.ttl : tunnel.ttl,
    tos: outerTos(tunnel.tos, packet.tos),
    length: packet.length + overhead,
    dontFragment: family === 6 || tunnel.pmtuDiscovery || inheritsDf,
    transport: { kind: 'other' },
    ...(tunnel.encapsulationLimit === null
      ? {}
      : { extensions: [limitHeader(isGre, packet.source.family, tunnel.encapsulationLimit)] }),
    inner: {
      kind: isGre ? 'gre' : 'ipip',
      packet,
      ...(isGre ? { gre: tunnel.sends } : {}),
    } satisfies EncapsulatedPacket,
  };
  // The route does not see the mark of the packet inside, the rules for the outer one do.
  const route = findOutputRoute(kernel, freshSkb(draft, tunnel.mark), {
    destination,
    source: tunnel.local,
    oif: tunnel.link,
    mark: tunnel.mark,
    tos: draft.tos,
    protocol: draft.protocol,
    sport: 0,
    dport: 0,
    uid: null,
    anySource: false,
  });
  if (route.kind === 'error') return lost(kernel, device, skb, `${device.name}: ${route.errno}`);
  if (route.device === device.name) {
    return lost(kernel, device, skb, `${device.name}: the way to its other end leads into it`);
  }
  const error = tooBigInside(tunnel, packet, { mtu: route.mtu, overhead });
  if (error) {
    record(
      kernel,
      skb,
      { kind: 'mtu', mtu: error.mtu ?? 0, length: packet.length },
      {
        oif: device.name,
      },
    );
    return answered(kernel, skb, { reason: 'PKT_TOO_BIG', answer: error, iif: out.iif ?? '' });
  }
  // The mark and the socket survive in one namespace. Linux: skb_scrub_packet(), iptunnel_xmit().
  const outer = freshSkb({ ...draft, source: route.source }, skb.mark);
  record(kernel, outer, { kind: 'encapsulate', device: device.name, by: tunnel.type });
  return passage(
    kernel,
    sendLocal(kernel, {
      skb: outer,
      route,
      boundDevice: null,
      socket: out.socket ? { uid: out.socket.uid, isClients: false } : null,
      encapsulatedOn: device.name,
    }),
  );
}

/** What a tunnel puts in front of a packet, bytes. */
function overheadOf(tunnel: IpTunnelSettings): number {
  const ip = outerFamilyOf(tunnel) === 4 ? 20 : 40;
  const limit = tunnel.encapsulationLimit === null ? 0 : LIMIT_HEADER;
  return (
    ip + limit + (tunnel.type === 'gre' || tunnel.type === 'ip6gre' ? greLength(tunnel.sends) : 0)
  );
}

function greLength({ key, sequence, checksum }: GreFields): number {
  return 4 + (key === null ? 0 : 4) + (sequence ? 4 : 0) + (checksum ? 4 : 0);
}

/** 1 stands for the octet inside; its congestion bits go along anyway. Linux: INET_ECN_encapsulate(). */
function outerTos(tos: number, inner: number): number {
  const ecn = (inner & 3) === 3 ? 2 : inner & 3;
  return ((tos & 1 ? inner : tos) & 0xfc) | ecn;
}

/** RFC 2473 4.1.1: option 4, one byte, the limit; padded by one of one byte. */
function limitHeader(isGre: boolean, inner: 4 | 6, limit: number): ExtensionHeader {
  const next = isGre ? PROTOCOL.gre : inner === 4 ? PROTOCOL.ipip : IPV6_INSIDE;
  return { protocol: 60, bytes: Uint8Array.from([next, 0, 4, 1, limit, 1, 1, 0]) };
}

/**
 * The error about a packet that does not fit into the outer one's path.
 * Linux: tnl_update_pmtu(), ipip6_tunnel_xmit(), ip6_tnl_xmit().
 */
function tooBigInside(
  tunnel: IpTunnelSettings,
  { source: { family }, length, dontFragment }: Packet,
  way: { readonly mtu: number; readonly overhead: number },
): IcmpError | null {
  const fits = way.mtu - way.overhead;
  if (outerFamilyOf(tunnel) === 6) {
    const mtu = Math.max(fits, family === 6 ? IPV6_MIN_MTU : IPV4_MIN_MTU);
    return length > mtu ? tooBig(family, mtu) : null;
  }
  if (family === 4) {
    const isFixed = dontFragment && (tunnel.pmtuDiscovery || !tunnel.ignoreDf);
    return isFixed && length > fits ? tooBig(4, fits) : null;
  }
  if (!tunnel.pmtuDiscovery) return null;
  if (tunnel.type === 'sit') {
    const mtu = Math.max(fits, IPV6_MIN_MTU);
    return length > mtu ? tooBig(6, mtu) : null;
  }
  return fits >= IPV6_MIN_MTU && length > fits ? tooBig(6, fits) : null;
}

function unmodelled(kernel: Kernel, device: Device, skb: Skb, setting: string): Crossing {
  kernel.run.unsupported({
    construct: `${device.name}: tunnel with ${setting}`,
    where: kernel.netns.ref,
    source: device.source,
  });
  return ended({ kind: 'unknown', kernel, skb });
}

/** The kernel counts an error of the device and tells nobody. Linux: tx_error. */
function lost(kernel: Kernel, device: Device, skb: Skb, at: string): Crossing {
  record(kernel, skb, { kind: 'drop', reason: 'NOT_SPECIFIED', at }, { oif: device.name });
  return answered(kernel, skb, { reason: 'NOT_SPECIFIED', answer: null });
}

/** Linux: dst_link_failure(). */
function unreachable(
  kernel: Kernel,
  device: Device,
  { iif = '' }: Transmit,
  skb: Skb,
  why: string,
): Crossing {
  const at = `${device.name}: ${why}`;
  record(kernel, skb, { kind: 'drop', reason: 'NOT_SPECIFIED', at }, { oif: device.name });
  const answer = icmpError(skb.packet.source.family, 'host-unreachable');
  return answered(kernel, skb, { reason: 'NOT_SPECIFIED', answer, iif });
}

/** Ends a packet in a tunnel's device, with an error to its sender. */
export function answered(
  kernel: Kernel,
  skb: Skb,
  refusal: {
    readonly reason: string;
    readonly answer: IcmpError | null;
    readonly errno?: Errno | null;
    readonly iif?: string;
  },
): Crossing {
  const { reason, answer, errno = null, iif = '' } = refusal;
  const routed = answer === null ? {} : ({ routed: 'out' } as const);
  return ended({
    kind: 'dropped',
    kernel,
    reason,
    skb,
    answer,
    errno,
    rejected: false,
    iif,
    ...routed,
  });
}
