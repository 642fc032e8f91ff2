import { firstPacketLength, freshSkb, mssOf, offeredMss } from '../kernel/answer.ts';
import type { Device } from '../kernel/device/device.ts';
import { deviceNamed } from '../kernel/device/find-device.ts';
import { type Kernel, record } from '../kernel/kernel.ts';
import { findConnectRoute, findOutputRoute, sendLocal } from '../kernel/output.ts';
import type { Skb } from '../kernel/skb.ts';
import { EPHEMERAL_PORT } from '../kernel/socket.ts';
import { hopLimit } from '../kernel/sysctl-lookup6.ts';
import type { Errno } from '../linux/errno.ts';
import { type Address, anyAddress, IPV6_LOOPBACK, isAny } from '../packet/address.ts';
import type { Flow } from '../packet/flow.ts';
import { type Packet, ports, type TransportHeader } from '../packet/packet.ts';
import { contains } from '../packet/prefix.ts';
import { PROTOCOL } from '../packet/protocol.ts';
import { comeIn } from './come-in.ts';
import { takeIn } from './crossing.ts';
import { portTowards } from './link.ts';
import { type Crossing, ended, passage } from './passage.ts';
import type { World } from './world.ts';

/** A flow's first packet on its way, or the error the client's call got at once. */
export type Start =
  | { readonly kind: 'sent'; readonly packet: Packet; readonly crossing: Crossing }
  | { readonly kind: 'error'; readonly packet: Packet; readonly errno: Errno };

/** The MTU a client on Ethernet is taken to have: it is not seen by a packet that arrives. */
export const ETHERNET_MTU = 1500;

/** Builds and sends the first packet of a flow. */
export function sendFirst(world: World, kernel: Kernel, flow: Flow): Start {
  const { family } = flow.to;
  const draft: Packet = {
    source: flow.boundSource ?? anyAddress(family),
    destination: flow.to,
    protocol: protocolOf(flow),
    ttl: 64,
    tos: 0,
    length: firstPacketLength(flow.protocol, flow.to),
    dontFragment: flow.protocol === 'tcp',
    transport: firstTransport(flow, mssOf(ETHERNET_MTU, family)),
  };
  return flow.arrivesOn === null
    ? sendFromSocket(kernel, flow, draft)
    : arriveFromOutside(world, kernel, flow.arrivesOn, draft);
}

function protocolOf({ protocol, to }: Flow): number {
  return protocol === 'icmp' && to.family === 6 ? PROTOCOL.icmpv6 : PROTOCOL[protocol];
}

function firstTransport(flow: Flow, mss: number): TransportHeader {
  const sport = flow.sport ?? EPHEMERAL_PORT;
  switch (flow.protocol) {
    case 'tcp':
      return { kind: 'tcp', sport, dport: flow.port, flags: { syn: true }, mss };
    case 'udp':
      return { kind: 'udp', sport, dport: flow.port };
    case 'sctp':
      return { kind: 'sctp', sport, dport: flow.port };
    case 'icmp':
      return { kind: 'icmp', type: flow.to.family === 4 ? 8 : 128, code: 0, id: sport };
  }
}

/** connect(): the route is looked up, and the source chosen, before any hook. */
function sendFromSocket(kernel: Kernel, flow: Flow, draft: Packet): Start {
  const asked = freshSkb(draft, flow.mark);
  const route = findConnectRoute(kernel, asked, {
    destination: flow.to,
    source: flow.boundSource,
    oif: flow.boundDevice,
    mark: flow.mark,
    tos: 0,
    protocol: draft.protocol,
    ...ports(draft),
    uid: flow.uid ?? null,
    anySource: false,
  });
  if (route.kind === 'error') {
    record(kernel, asked, { kind: 'socket-error', errno: route.errno });
    return { kind: 'error', packet: draft, errno: route.errno };
  }
  const { family } = route.source;
  const packet: Packet = {
    ...draft,
    source: route.source,
    // Of IPv6, no address stands for this host. Linux: tcp_v6_connect().
    destination: family === 6 && isAny(draft.destination) ? IPV6_LOOPBACK : draft.destination,
    ttl: family === 6 ? hopLimit(kernel.netns, route.device) : draft.ttl,
    // The segment size is fixed now; a later reroute does not change it.
    transport:
      draft.transport.kind === 'tcp'
        ? { ...draft.transport, mss: offeredMss(route, family) }
        : draft.transport,
  };
  const skb: Skb = freshSkb(packet, flow.mark);
  record(
    kernel,
    skb,
    { kind: 'source-address', chosen: route.source, because: route.sourceChoice },
    { oif: route.device, before: asked, source: route.route?.source ?? null },
  );
  record(
    kernel,
    skb,
    { kind: 'socket', operation: flow.protocol === 'tcp' ? 'connect' : 'send' },
    { oif: route.device },
  );
  const departure = sendLocal(kernel, {
    skb,
    route,
    boundDevice: flow.boundDevice,
    socket: { uid: flow.uid ?? null, isClients: true },
  });
  return { kind: 'sent', packet, crossing: passage(kernel, departure) };
}

/** A packet that comes in by a device; on a bridge, by the port its sender is behind. */
function arriveFromOutside(world: World, kernel: Kernel, device: string, packet: Packet): Start {
  const skb = freshSkb(packet);
  const arrived = deviceNamed(kernel.netns, device);
  if (!arrived) {
    kernel.run.unsupported({
      construct: `device ${device} is not in the snapshot`,
      where: kernel.netns.ref,
      source: null,
    });
    return { kind: 'sent', packet, crossing: ended({ kind: 'unknown', kernel, skb }) };
  }
  record(kernel, skb, { kind: 'receive', device }, { iif: device, source: arrived.source });
  const own = arrived.addresses[0]?.address;
  if (arrived.details.kind === 'bridge' && own) {
    const sender = { kind: 'owner', address: packet.source } as const;
    const port = portTowards(world.network, kernel.netns, device, sender);
    if (port !== null) {
      return {
        kind: 'sent',
        packet,
        crossing: takeIn(world, kernel, port, skb, {
          kind: 'owner',
          address: isOnLink(arrived, packet.destination) ? packet.destination : own,
        }),
      };
    }
  }
  return { kind: 'sent', packet, crossing: comeIn(kernel, { skb, iif: device }) };
}

/** Whether who is behind a bridge reaches an address without a gateway: its frames go to the owner. */
function isOnLink({ addresses }: Device, destination: Address): boolean {
  return addresses.some(({ address, prefixLength }) =>
    contains({ address, length: prefixLength }, destination),
  );
}

/** A later packet of the client, by the same way as the first. */
export function sendAgain(
  world: World,
  kernel: Kernel,
  flow: Flow,
  packet: Packet,
): Crossing | null {
  if (flow.arrivesOn !== null) {
    const start = arriveFromOutside(world, kernel, flow.arrivesOn, packet);
    return start.kind === 'sent' ? start.crossing : null;
  }
  const skb = freshSkb(packet, flow.mark);
  const route = findOutputRoute(kernel, skb, {
    destination: packet.destination,
    // An IPv6 socket keeps the route that it found without a source. Linux: inet6_csk_xmit().
    source: packet.source.family === 6 ? flow.boundSource : packet.source,
    oif: flow.boundDevice,
    mark: flow.mark,
    tos: 0,
    protocol: packet.protocol,
    ...ports(packet),
    uid: flow.uid ?? null,
    anySource: false,
  });
  if (route.kind === 'error') return null;
  return passage(
    kernel,
    sendLocal(kernel, {
      skb,
      route,
      boundDevice: flow.boundDevice,
      socket: { uid: flow.uid ?? null, isClients: true },
    }),
  );
}
