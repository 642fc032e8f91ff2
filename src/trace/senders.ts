import type { Kernel } from '../kernel/kernel.ts';
import { routeOutput } from '../kernel/routing/output-route.ts';
import type { Flow } from '../packet/flow.ts';
import { type Packet, ports } from '../packet/packet.ts';
import type { ClientSocket } from './client.ts';
import { ETHERNET_MTU, sendAgain } from './first-packet.ts';
import type { PacketEnd } from './passage.ts';
import { type AcceptedSocket, sendFromAccepted } from './reply.ts';
import type { Sender } from './transfer.ts';
import { kernelOf, type World } from './world.ts';

/** IP and TCP headers, bytes. */
const HEADERS = { 4: 40, 6: 60 } as const;

/** The client of an established connection, which knows the server by its SYN-ACK as it received it. */
export function clientSender(
  world: World,
  flow: Flow,
  socket: ClientSocket,
  received: Packet,
  arrived: Sender['arrived'],
): Sender | null {
  const kernel = kernelOf(world, flow.from);
  const segment = segmentTo(received);
  if (!kernel || !segment) return null;
  const mtu = flow.arrivesOn === null ? routeMtu(kernel, segment, flow) : ETHERNET_MTU;
  return {
    direction: 'original',
    kernel,
    socket,
    mtu,
    peerTakes: taken(received),
    segment,
    send: (packet) => sendAgain(world, kernel, flow, packet),
    arrived,
  };
}

/** The server, which knows the client by its SYN as it received it. */
export function serverSender(
  { kernel, skb }: Extract<PacketEnd, { readonly kind: 'local' }>,
  accepted: AcceptedSocket,
  arrived: Sender['arrived'],
): Sender | null {
  const { packet } = skb;
  const segment = segmentTo(packet);
  if (!segment) return null;
  const { sport, dport } = ports(packet);
  return {
    direction: 'reply',
    kernel,
    socket: {
      where: kernel.netns.ref,
      address: packet.destination,
      port: dport,
      to: packet.source,
      toPort: sport,
      boundDevice: accepted.boundDevice,
    },
    mtu: routeMtu(kernel, segment, accepted),
    peerTakes: taken(packet),
    segment,
    send: (data) => sendFromAccepted(kernel, data, accepted),
    arrived,
  };
}

/** Bytes of the largest IP packet that the sender of a SYN takes; one without the option takes 536. */
function taken({ transport, source }: Packet): number {
  const mss = transport.kind === 'tcp' ? transport.mss : undefined;
  return (mss ?? 536) + HEADERS[source.family];
}

/** A segment of data that answers a SYN or SYN-ACK, without its length. */
function segmentTo(received: Packet): Packet | null {
  const { transport } = received;
  if (transport.kind !== 'tcp') return null;
  const { sport, dport } = transport;
  return {
    source: received.destination,
    destination: received.source,
    protocol: received.protocol,
    ttl: 64,
    tos: 0,
    length: 0,
    dontFragment: true,
    transport: { kind: 'tcp', sport: dport, dport: sport, flags: { psh: true, ack: true } },
  };
}

/** What the socket's own route takes, bytes; what a rule routes elsewhere it learns when it sends. */
function routeMtu(
  kernel: Kernel,
  packet: Packet,
  { mark, boundDevice, uid = null }: Pick<Flow, 'mark' | 'boundDevice' | 'uid'>,
): number {
  const key = {
    destination: packet.destination,
    source: packet.source,
    oif: boundDevice,
    mark,
    tos: packet.tos,
    protocol: packet.protocol,
    ...ports(packet),
    uid,
    anySource: false,
  };
  const route = routeOutput(kernel.netns, key, kernel.run.decider);
  return route.kind === 'route' ? route.mtu : ETHERNET_MTU;
}
