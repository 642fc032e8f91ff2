import { freshSkb } from '../kernel/answer.ts';
import type { Departure } from '../kernel/departure.ts';
import type { Device } from '../kernel/device/device.ts';
import type {
  WireguardEndpoint,
  WireguardPeer,
  WireguardSettings,
} from '../kernel/device/tunnel-settings.ts';
import { passFrameHook } from '../kernel/frame-departure.ts';
import { icmpError } from '../kernel/icmp-error.ts';
import { type Kernel, record } from '../kernel/kernel.ts';
import { isUp } from '../kernel/routing/device-facts.ts';
import type { Skb } from '../kernel/skb.ts';
import { type Address, formatAddress } from '../packet/address.ts';
import { netnsKey } from '../packet/place.ts';
import { contains } from '../packet/prefix.ts';
import { PROTOCOL } from '../packet/protocol.ts';
import { sendCarrier } from './carrier.ts';
import { comeIn } from './come-in.ts';
import { answered } from './ip-tunnel.ts';
import { type Crossing, droppedAt, ended, passage } from './passage.ts';
import type { World } from './world.ts';

type Transmit = Extract<Departure, { readonly kind: 'transmit' }>;

/** IP and UDP header, 16 bytes before the packet, which is padded to a multiple of 16, and 16 after it. */
const OVERHEAD = { 4: 60, 6: 80 } as const;
const PADDED_TO = 16;

/**
 * Into a WireGuard device: the peer that may have the destination gets it, at the address where it was seen
 * last. A destination that no peer may have is refused. Linux: wg_xmit(), send4(), send6().
 */
export function sendThroughWireguard(
  world: World,
  kernel: Kernel,
  device: Device,
  settings: WireguardSettings | undefined,
  out: Transmit,
): Crossing {
  const egress = passFrameHook(kernel, out.skb, {
    kind: 'device',
    hook: 'egress',
    device: device.name,
  });
  if (egress.ended) return passage(kernel, egress.ended);
  const { skb } = egress;
  if (!settings) {
    kernel.run.unsupported({
      construct: `${device.name}: peers of WireGuard unknown`,
      where: kernel.netns.ref,
      source: device.source,
    });
    return ended({ kind: 'unknown', kernel, skb });
  }
  const peer = peerFor(settings, skb.packet.destination);
  if (!peer) {
    return refused(kernel, device, out, skb, {
      why: `no peer is allowed ${formatAddress(skb.packet.destination)}`,
      errno: 'ENOKEY',
    });
  }
  const endpoint = world.run.endpoints.get(endpointKey(kernel, device, peer)) ?? peer.endpoint;
  if (!endpoint) {
    return refused(kernel, device, out, skb, {
      why: 'the peer has no endpoint yet',
      errno: 'EDESTADDRREQ',
    });
  }
  return sendCarrier(kernel, {
    device: device.name,
    by: 'wireguard',
    inner: {
      kind: 'wireguard',
      packet: skb.packet,
      sealed: { by: settings.publicKey, for: peer.publicKey },
    },
    overhead: OVERHEAD[endpoint.address.family] + padding(skb.packet.length, device.mtu),
    destination: endpoint.address,
    sport: settings.listenPort,
    dport: endpoint.port,
    dontFragment: false,
    ttl: 0,
    // Neither the mark nor the socket of what it carries goes along.
    mark: settings.mark,
    carried: skb,
    socket: null,
  });
}

/** Padding never makes it larger than the device's MTU. Linux: calculate_skb_padding(). */
function padding(length: number, mtu: number): number {
  const last = mtu > 0 && length > mtu ? length % mtu : length;
  const padded = Math.ceil(last / PADDED_TO) * PADDED_TO;
  return (mtu > 0 ? Math.min(mtu, padded) : padded) - last;
}

/** The peer with the longest prefix that holds an address. Linux: wg_allowedips_lookup_dst(). */
function peerFor({ peers }: WireguardSettings, address: Address): WireguardPeer | null {
  let best: { readonly peer: WireguardPeer; readonly length: number } | null = null;
  for (const peer of peers) {
    for (const prefix of peer.allowed) {
      if (!contains(prefix, address)) continue;
      if (best === null || prefix.length > best.length) best = { peer, length: prefix.length };
    }
  }
  return best?.peer ?? null;
}

function endpointKey({ netns }: Kernel, { name }: Device, { publicKey }: WireguardPeer): string {
  return `${netnsKey(netns.ref)} ${name} ${publicKey}`;
}

/** The error goes to the sender beside what a datagram's call returns. Linux: wg_xmit(), err_icmp. */
function refused(
  kernel: Kernel,
  { name }: Device,
  { iif = '', socket }: Transmit,
  skb: Skb,
  refusal: { readonly why: string; readonly errno: 'ENOKEY' | 'EDESTADDRREQ' },
): Crossing {
  const at = `${name}: ${refusal.why}`;
  record(kernel, skb, { kind: 'drop', reason: 'NOT_SPECIFIED', at }, { oif: name });
  const { protocol, source } = skb.packet;
  const tellsCall =
    socket !== undefined && protocol !== PROTOCOL.tcp && protocol !== PROTOCOL.icmpv6;
  return answered(kernel, skb, {
    reason: 'NOT_SPECIFIED',
    answer: icmpError(source.family, 'host-unreachable'),
    errno: tellsCall ? refusal.errno : null,
    iif,
  });
}

/**
 * A datagram for a WireGuard device: the peer that sealed it is known, and has to be allowed the source
 * of what is inside. From then on it is answered at the address that it came from.
 * Linux: wg_receive(), wg_packet_consume_data_done(), wg_socket_set_peer_endpoint_from_skb().
 */
export function decapsulateWireguard(world: World, kernel: Kernel, outer: Skb): Crossing | null {
  const { inner, transport, source } = outer.packet;
  if (inner?.kind !== 'wireguard' || transport.kind !== 'udp') return null;
  const { sealed } = inner;
  for (const device of kernel.netns.devices ?? []) {
    const { details } = device;
    if (details.kind !== 'wireguard' || !isUp(kernel.netns, device.name)) continue;
    const settings = details.wireguard;
    if (settings?.listenPort !== transport.dport) continue;
    const peer = settings.peers.find(({ publicKey }) => publicKey === sealed?.by);
    if (!peer || settings.publicKey !== sealed?.for) {
      return dropped(kernel, outer, `${device.name} has no peer with the sender's key`);
    }
    if (peerFor(settings, inner.packet.source) !== peer) {
      const from = formatAddress(inner.packet.source);
      return dropped(kernel, outer, `${device.name}: the peer is not allowed ${from}`);
    }
    const endpoint: WireguardEndpoint = { address: source, port: transport.sport };
    world.run.endpoints.set(endpointKey(kernel, device, peer), endpoint);
    const skb = freshSkb(inner.packet);
    record(
      kernel,
      skb,
      { kind: 'decapsulate', device: device.name, by: 'wireguard' },
      {
        iif: device.name,
      },
    );
    return comeIn(kernel, { skb, iif: device.name });
  }
  return hasUnknown(kernel) ? unknownPeers(kernel, outer) : null;
}

/** Whether a WireGuard device is there whose port was not collected. */
function hasUnknown({ netns }: Kernel): boolean {
  return (netns.devices ?? []).some(
    ({ details }) => details.kind === 'wireguard' && !details.wireguard,
  );
}

function unknownPeers(kernel: Kernel, skb: Skb): Crossing {
  kernel.run.unsupported({
    construct: 'peers of WireGuard unknown',
    where: kernel.netns.ref,
    source: null,
  });
  return ended({ kind: 'unknown', kernel, skb });
}

function dropped(kernel: Kernel, skb: Skb, at: string): Crossing {
  record(kernel, skb, { kind: 'drop', reason: 'NOT_SPECIFIED', at });
  return droppedAt(kernel, skb, 'NOT_SPECIFIED');
}
