import type { ObservedPacket } from '../../evidence/observation.ts';
import { type Address, formatAddress } from '../../packet/address.ts';
import type { Flow } from '../../packet/flow.ts';
import type { Packet } from '../../packet/packet.ts';
import { ports } from '../../packet/packet.ts';
import type { NetnsRef } from '../../packet/place.ts';
import { PROTOCOL } from '../../packet/protocol.ts';
import type { Outcome, PacketTrace } from '../../trace/trace.ts';
import { innermost } from '../match-sightings.ts';

/** A place as evidence names it: the whole node where no namespace is told. */
export interface SeenPlace {
  readonly node: string | null;
  readonly netns: string | null;
}

/** Whether a place may be meant; `wholeNode` tools see all namespaces of their node. */
export function mayBeAt(at: NetnsRef, seen: SeenPlace, wholeNode: boolean): boolean {
  if (seen.node === null) return true;
  if (seen.node !== at.node) return false;
  // Tracers name a namespace by its inode, which no snapshot has.
  const unknown = seen.netns === null ? wholeNode : /^\d+$/.test(seen.netns);
  return unknown || seen.netns === at.netns;
}

export function protocolOf(flow: Flow): number {
  if (flow.protocol === 'icmp') {
    return flow.to.family === 6 ? PROTOCOL.icmpv6 : PROTOCOL.icmp;
  }
  return PROTOCOL[flow.protocol];
}

/** The packets of an outcome that this one can be: with its addresses and ports at some step. */
export function packetsOf(outcome: Outcome, seen: ObservedPacket): readonly PacketTrace[] {
  return outcome.packets.filter(
    (packet) =>
      isOfKind(packet.kind, seen) &&
      packet.steps.some(({ skb }) => isSame(innermost(skb.packet), seen)),
  );
}

/** Whether this one goes the other way of a packet of the outcome: an answer to it. */
export function answersOne(outcome: Outcome, seen: ObservedPacket): boolean {
  const turned: ObservedPacket = {
    ...seen,
    source: seen.destination,
    destination: seen.source,
    sport: seen.dport,
    dport: seen.sport,
  };
  return outcome.packets.some(({ steps }) =>
    steps.some(({ skb }) => isSame(innermost(skb.packet), turned)),
  );
}

/** Flags tell a handshake's packets apart, where they were printed. */
function isOfKind(kind: PacketTrace['kind'], { tcp, icmp }: ObservedPacket): boolean {
  if (kind === 'icmp-error') return false;
  if (icmp && kind !== 'echo-request' && kind !== 'echo-reply') return false;
  if (!tcp) return true;
  const { syn, ack, rst } = tcp.flags;
  if (rst) return kind === 'rst';
  if (syn) return kind === (ack ? 'syn-ack' : 'syn');
  return kind === 'ack' || kind === 'data';
}

/** The client's port is the kernel's to choose: one equal port on the same side is enough. */
function isSame(packet: Packet, seen: ObservedPacket): boolean {
  if (!equal(packet.source, seen.source) || !equal(packet.destination, seen.destination)) {
    return false;
  }
  const { sport, dport } = ports(packet);
  if ((seen.sport === null && seen.dport === null) || (sport === 0 && dport === 0)) return true;
  return sport === seen.sport || dport === seen.dport;
}

export function equal(a: Address, b: Address): boolean {
  return formatAddress(a) === formatAddress(b);
}
