import type { Kernel } from '../kernel/kernel.ts';
import { tcpBlackHoleSegment, tcpMayBeSplit } from '../kernel/sysctl-lookup-tcp.ts';
import type { Packet } from '../packet/packet.ts';
import { type ClientSocket, isAddressedToClient, isForClient } from './client.ts';
import { describe, finish, push } from './packet-trace.ts';
import type { Crossing, PacketEnd } from './passage.ts';
import { refusal } from './reply.ts';
import type { PacketTrace, Transfer } from './trace.ts';
import type { World } from './world.ts';

/** One end of an established connection, as a sender of data. */
export interface Sender {
  readonly direction: 'original' | 'reply';
  readonly kernel: Kernel;
  /** How an ICMP error finds its socket. */
  readonly socket: ClientSocket;
  /** Bytes: its route's MTU, and what the other end's SYN said that it takes, with headers. */
  readonly mtu: number;
  readonly peerTakes: number;
  /** A segment without length, which is set for each try. */
  readonly segment: Packet;
  /** Null when it has no route any more. */
  send(packet: Packet): Crossing | null;
  /** Whether the end of a segment's way is the other end's socket. */
  arrived(end: PacketEnd): boolean;
}

/** What became of full-size segments, and the ways of the one that was lost and of the error about it. */
export interface Transferred {
  readonly transfer: Transfer;
  readonly lost: readonly PacketTrace[];
}

/** Each try is smaller than the one before: no way has so many narrower links. */
const MOST_TRIES = 8;
/** Linux: net.ipv4.route.min_pmtu, ip_rt_min_pmtu. RFC 8200 5 for IPv6. */
const SMALLEST_PMTU = { 4: 552, 6: 1280 } as const;

/**
 * Sends as much data in one segment as a connection may, first from one end, then from the other: a
 * handshake's packets are small, and pass where data does not. A segment that is too big is answered
 * by an ICMP error, from which the sender learns the size that fits, if it gets it.
 * Linux: tcp_current_mss(), tcp_v4_mtu_reduced(), tcp_mtu_probing().
 */
export function transfer(world: World, senders: readonly Sender[]): Transferred {
  const bytes = { original: 0, reply: 0 };
  for (const sender of senders) {
    const sent = sendFullSize(world, sender);
    bytes[sender.direction] = sent.bytes;
    if (sent.kind === 'delivered') continue;
    const { direction } = sender;
    return { transfer: { kind: sent.kind, direction, bytes }, lost: sent.packets };
  }
  return { transfer: { kind: 'delivered', direction: null, bytes }, lost: [] };
}

interface Sent {
  readonly kind: Transfer['kind'];
  readonly bytes: number;
  readonly packets: readonly PacketTrace[];
}

function sendFullSize(world: World, sender: Sender): Sent {
  const { netns, run } = sender.kernel;
  const isSplit = sender.segment.destination.family === 4 && tcpMayBeSplit(netns, run.decider);
  const dontFragment = !isSplit;
  let bytes = Math.min(sender.mtu, sender.peerTakes);
  let probed = false;
  for (let tries = 0; ; tries++) {
    const packets: PacketTrace[] = [];
    const crossing = sender.send({ ...sender.segment, length: bytes, dontFragment });
    if (!crossing) return { kind: 'stalled', bytes, packets };
    const end = finish(world, crossing);
    push(world, packets, describe(end, sender.direction, 'data'));
    if (sender.arrived(end)) return { kind: 'delivered', bytes, packets: [] };
    if (end.kind === 'unknown' || end.kind === 'left') return { kind: 'unknown', bytes, packets };
    const learnt = learntMtu(sender, errorAbout(world, sender, end, packets));
    if (learnt !== null && learnt < bytes && tries < MOST_TRIES) {
      bytes = learnt;
      continue;
    }
    const smaller = probed ? null : tcpBlackHoleSegment(netns, run.decider);
    if (smaller === null || smaller >= bytes) return { kind: 'stalled', bytes, packets };
    probed = true;
    bytes = smaller;
  }
}

/** The way of the error that a lost segment is answered with, or null when there is none. */
function errorAbout(
  world: World,
  { direction }: Sender,
  end: PacketEnd,
  packets: PacketTrace[],
): PacketEnd | null {
  if (end.kind !== 'dropped' || end.answer === null || end.kernel === null) return null;
  const { kind, crossing } = refusal(end.kernel, end.answer, end.skb, end);
  const back = finish(world, crossing);
  push(world, packets, describe(back, direction === 'original' ? 'reply' : 'original', kind));
  return back;
}

/** The MTU that an error tells the sender, bytes; null when it does not get one that says any. */
function learntMtu({ socket }: Sender, error: PacketEnd | null): number | null {
  if (error?.kind !== 'local' && error?.kind !== 'left') return null;
  const { packet } = error.skb;
  const { transport } = packet;
  if (transport.kind !== 'icmp' || transport.mtu === undefined) return null;
  const reached =
    error.kind === 'left'
      ? socket.where === null && isAddressedToClient(socket, packet)
      : isForClient(socket, packet, {
          where: error.kernel.netns.ref,
          iif: error.iif,
          boundTo: error.boundTo,
        });
  return reached ? Math.max(transport.mtu, SMALLEST_PMTU[packet.destination.family]) : null;
}
