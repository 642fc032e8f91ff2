import { freshSkb, icmpErrorPacket } from '../kernel/answer.ts';
import type { Departure } from '../kernel/departure.ts';
import type { Device, TunSettings, VxlanSettings } from '../kernel/device/device.ts';
import { passFrameHook } from '../kernel/frame-departure.ts';
import { icmpError } from '../kernel/icmp-error.ts';
import { type Kernel, record } from '../kernel/kernel.ts';
import type { NetnsState } from '../kernel/netns-state.ts';
import { findOutputRoute, sendLocal } from '../kernel/output.ts';
import type { Skb } from '../kernel/skb.ts';
import { EPHEMERAL_PORT } from '../kernel/socket.ts';
import { type Address, anyAddress, IPV4_ANY, sameAddress } from '../packet/address.ts';
import type { EncapsulatedPacket, Packet } from '../packet/packet.ts';
import { contains } from '../packet/prefix.ts';
import { PROTOCOL } from '../packet/protocol.ts';
import { comeIn } from './come-in.ts';
import { neighbourFailed } from './neighbour.ts';
import { type Crossing, droppedAt, ended, passage } from './passage.ts';

/** Ethernet, VXLAN and UDP headers around an inner IP packet, bytes (RFC 7348). */
const VXLAN_OVERHEAD = 50;
/** IP and UDP header that flannel's udp backend puts around a packet, bytes. */
const FLANNEL_UDP_OVERHEAD = 28;

type Transmit = Extract<Departure, { readonly kind: 'transmit' }>;

/**
 * Into a VXLAN device: the neighbour gives the inner MAC, the FDB the remote VTEP.
 * Linux: vxlan_xmit(), vxlan_xmit_one().
 */
export function sendThroughVxlan(
  kernel: Kernel,
  device: Device,
  vxlan: VxlanSettings,
  out: Transmit,
): Crossing {
  const { netns } = kernel;
  const neighbour = netns.neighbours?.find(
    (entry) => entry.device === device.name && sameAddress(entry.address, out.nexthop),
  );
  if (!neighbour?.mac && !device.noArp) {
    if (netns.neighbours === undefined) {
      return unknownTunnel(kernel, out.skb, device, 'neighbours');
    }
    return neighbourFailed(kernel, out.skb, out.nexthop, device.name, out.iif);
  }
  const mac = neighbour?.mac ?? null;
  record(
    kernel,
    out.skb,
    { kind: 'neighbour', address: out.nexthop, mac },
    { oif: device.name, source: neighbour?.source ?? null },
  );
  const egress = passFrameHook(kernel, out.skb, leaving(device));
  if (egress.ended) return passage(kernel, egress.ended);
  const { skb } = egress;
  if (netns.fdb === undefined && !vxlan.remote) {
    return unknownTunnel(kernel, skb, device, 'fdb');
  }
  const entry = netns.fdb?.find((row) => row.device === device.name && row.mac === mac);
  const remote = entry?.destination ?? vxlan.remote;
  if (!remote) {
    record(
      kernel,
      skb,
      { kind: 'drop', reason: 'NO_TX_TARGET', at: `${device.name}: no FDB entry for ${mac}` },
      { oif: device.name },
    );
    return droppedAt(kernel, skb, 'NO_TX_TARGET');
  }
  const inner: EncapsulatedPacket = {
    kind: 'vxlan',
    vni: vxlan.vni,
    packet: skb.packet,
    ...(mac === null ? {} : { destinationMac: mac }),
  };
  return sendOuter(kernel, {
    inner,
    destination: remote,
    source: vxlan.local,
    port: vxlan.port,
    // `link` is that of the default remote only; an FDB entry has its own, if any. vxlan_xmit_one().
    boundDevice: entry?.destination ? null : vxlan.link,
    overhead: VXLAN_OVERHEAD,
    // The mark survives encapsulation in one namespace. Linux: skb_scrub_packet(skb, false).
    mark: skb.mark,
    device: device.name,
    by: 'vxlan',
    carried: skb,
    // So does the socket. Linux: iptunnel_xmit(), sk_to_full_sk().
    socket: out.socket ? { uid: out.socket.uid, isClients: false } : null,
  });
}

/** Where rules for what leaves by a device stand. */
function leaving({ name }: Device) {
  return { kind: 'device', hook: 'egress', device: name } as const;
}

/** Into a TUN device: the program that reads it decides. */
export function sendThroughTun(
  kernel: Kernel,
  device: Device,
  tun: TunSettings,
  sent: Skb,
): Crossing {
  const egress = passFrameHook(kernel, sent, leaving(device));
  if (egress.ended) return passage(kernel, egress.ended);
  const { skb } = egress;
  if (!device.carrier) {
    // Without a reader there is no carrier, and the queue takes nothing. Linux: noop_qdisc.
    record(kernel, skb, { kind: 'drop', reason: 'QDISC_DROP', at: device.name }, {});
    return droppedAt(kernel, skb, 'QDISC_DROP');
  }
  const { reader } = tun;
  if (reader.kind === 'unknown' || tun.mode === 'tap') {
    return unknownTunnel(kernel, skb, device, 'the program that reads it');
  }
  const packet = decremented(skb.packet);
  if (!packet) {
    record(kernel, skb, {
      kind: 'drop',
      reason: 'NOT_SPECIFIED',
      at: `flanneld on ${device.name}`,
    });
    // A program that throws a packet away frees none of the kernel's.
    return droppedAt(kernel, skb, 'NOT_SPECIFIED');
  }
  const lease = reader.leases.find(({ subnet }) => contains(subnet, packet.destination));
  if (!lease) {
    record(kernel, skb, {
      kind: 'drop',
      reason: 'NOT_SPECIFIED',
      at: 'flanneld has no lease for the destination',
    });
    return ended({
      kind: 'dropped',
      kernel,
      reason: 'NOT_SPECIFIED',
      skb,
      answer: { device: device.name, packet: netUnreachable(device, skb.packet) },
      errno: null,
      rejected: false,
    });
  }
  return sendOuter(kernel, {
    inner: { kind: 'flannel-udp', packet },
    destination: lease.publicAddress,
    source: reader.local,
    port: reader.port,
    boundDevice: null,
    overhead: FLANNEL_UDP_OVERHEAD,
    mark: 0,
    device: device.name,
    by: 'flanneld',
    carried: skb,
    socket: null,
  });
}

/**
 * flanneld's error comes from the address of its own device, so that the kernel takes it only with
 * accept_local. Linux: fib_validate_source(); flannel: proxy_amd64.c (send_net_unreachable).
 */
function netUnreachable(device: Device, about: Packet): Packet {
  const own = device.addresses[0]?.address ?? IPV4_ANY;
  return {
    ...icmpErrorPacket(icmpError(4, 'net-unreachable'), about, own),
    ttl: 8,
    tos: 0,
    length: 56,
  };
}

/** flannel's proxy decrements the TTL on both ends (proxy_amd64.c: decrement_ttl). */
function decremented(packet: Packet): Packet | null {
  return packet.ttl > 1 ? { ...packet, ttl: packet.ttl - 1 } : null;
}

interface OuterSend {
  readonly inner: EncapsulatedPacket;
  readonly destination: Address;
  readonly source: Address | null;
  readonly port: number;
  readonly boundDevice: string | null;
  readonly overhead: number;
  readonly mark: number;
  readonly device: string;
  readonly by: 'vxlan' | 'flanneld';
  /** What goes in, with its connection. */
  readonly carried: Skb;
  /** The socket that it was sent by, which the kernel's tunnels keep. */
  readonly socket: { readonly uid: number | null; readonly isClients: false } | null;
}

/** The user whose socket has a port of UDP; null where that is not known. */
function ownerOf({ sockets }: NetnsState, port: number): number | null {
  const own = sockets?.find((socket) => socket.protocol === 'udp' && socket.port === port);
  return own?.uid ?? null;
}

/** Sends the encapsulating datagram by the namespace's own output path. */
function sendOuter(kernel: Kernel, outer: OuterSend): Crossing {
  // VXLAN's is a hash of what it carries, so that the way back is no reply. Linux: udp_flow_src_port().
  const sport = outer.by === 'vxlan' ? EPHEMERAL_PORT : outer.port;
  const draft: Packet = {
    source: outer.source ?? anyAddress(outer.destination.family),
    destination: outer.destination,
    protocol: PROTOCOL.udp,
    ttl: 64,
    tos: 0,
    length: outer.inner.packet.length + outer.overhead,
    dontFragment: false,
    transport: { kind: 'udp', sport, dport: outer.port },
    inner: outer.inner,
  };
  const owner = outer.by === 'vxlan' ? 0 : ownerOf(kernel.netns, outer.port);
  const route = findOutputRoute(kernel, freshSkb(draft, outer.mark), {
    destination: outer.destination,
    source: outer.source,
    oif: outer.boundDevice,
    mark: outer.mark,
    tos: 0,
    protocol: PROTOCOL.udp,
    sport,
    dport: outer.port,
    uid: owner,
    anySource: false,
  });
  const skb = freshSkb(
    route.kind === 'route' ? { ...draft, source: route.source } : draft,
    outer.mark,
  );
  record(kernel, skb, { kind: 'encapsulate', device: outer.device, by: outer.by });
  if (outer.inner.kind === 'vxlan' && route.kind === 'route' && route.type === 'local') {
    return bypassed(kernel, outer, outer.inner.vni);
  }
  // Its own outer packet would go into the tunnel again. Linux: udp_tunnel_dst_lookup(), -ELOOP.
  const loops = route.kind === 'route' && outer.by === 'vxlan' && route.device === outer.device;
  if (route.kind === 'error' || loops) {
    const at = loops ? `${outer.device}: the way to its other end leads into it` : outer.device;
    record(kernel, skb, { kind: 'drop', reason: 'IP_OUTNOROUTES', at }, { oif: outer.device });
    return droppedAt(kernel, skb, 'IP_OUTNOROUTES');
  }
  const send = { skb, route, boundDevice: null };
  const program = { uid: owner, isClients: false };
  return passage(
    kernel,
    // A program sends a packet of its own; the kernel goes on with the one it has.
    sendLocal(
      kernel,
      outer.by === 'vxlan'
        ? { ...send, socket: outer.socket, encapsulatedOn: outer.device }
        : { ...send, socket: program },
    ),
  );
}

/**
 * The other end is an address of this namespace: the frame is handed to the device that listens
 * there, as it is, without a datagram and whatever MAC address it is for.
 * Linux: encap_bypass_if_local(), vxlan_encap_bypass().
 */
function bypassed(kernel: Kernel, { carried, port }: OuterSend, vni: number | undefined): Crossing {
  const there = (kernel.netns.devices ?? []).find(
    ({ details }) =>
      details.kind === 'vxlan' && details.vxlan.port === port && details.vxlan.vni === vni,
  );
  return there
    ? reenter(kernel, there.name, carried, 'vxlan')
    : droppedAt(kernel, carried, 'VXLAN_VNI_NOT_FOUND');
}

function unknownTunnel(kernel: Kernel, skb: Skb, device: Device, missing: string): Crossing {
  kernel.run.unsupported({
    construct: `${device.name}: ${missing} unknown`,
    where: kernel.netns.ref,
    source: device.source,
  });
  return ended({ kind: 'unknown', kernel, skb });
}

/**
 * A datagram for a tunnel end of this namespace: what it carries starts again on the tunnel's
 * device. Returns null when the datagram is not for a tunnel.
 * Linux: vxlan_rcv(); flannel: udp_to_tun().
 */
export function decapsulate(kernel: Kernel, outer: Skb): Crossing | null {
  const { inner, transport } = outer.packet;
  if (!inner || transport.kind !== 'udp') return null;
  const devices = kernel.netns.devices ?? [];
  if (inner.kind === 'vxlan') {
    const listening = devices.filter(
      ({ details }) => details.kind === 'vxlan' && details.vxlan.port === transport.dport,
    );
    if (listening.length === 0) return null;
    const device = listening.find(
      ({ details }) => details.kind === 'vxlan' && details.vxlan.vni === inner.vni,
    );
    if (!device) return droppedAt(kernel, outer, 'VXLAN_VNI_NOT_FOUND');
    if (inner.destinationMac && device.mac && inner.destinationMac !== device.mac) {
      return droppedAt(kernel, outer, 'OTHERHOST');
    }
    return reenter(kernel, device.name, freshSkb(inner.packet, outer.mark), 'vxlan');
  }
  if (inner.kind !== 'flannel-udp') return null;
  const device = devices.find(
    ({ details }) =>
      details.kind === 'tun' &&
      details.tun.reader.kind === 'flannel-udp' &&
      details.tun.reader.port === transport.dport,
  );
  if (!device) return null;
  const packet = decremented(inner.packet);
  if (!packet) return droppedAt(kernel, outer, 'NOT_SPECIFIED');
  return reenter(kernel, device.name, freshSkb(packet), 'flanneld');
}

function reenter(kernel: Kernel, device: string, skb: Skb, by: string): Crossing {
  record(kernel, skb, { kind: 'decapsulate', device, by }, { iif: device });
  return comeIn(kernel, { skb, iif: device });
}
