import { type ObservedPacket, subject } from '../evidence/observation.ts';
import type { Visit } from '../lab/report.ts';
import { formatAddress } from '../packet/address.ts';
import { PROTOCOL } from '../packet/protocol.ts';
import { type VisibleKind, visibleKind } from './packet-kind.ts';

/**
 * No retransmission of a first packet comes earlier, nanoseconds. Linux: TCP_TIMEOUT_INIT is one
 * second; a packet that waits for a neighbour has met all its hooks before it waits.
 */
const RETRANSMITTED_AFTER = 150_000_000;

/** VXLAN by IANA and of Linux, flannel's udp backend. */
const TUNNEL_PORTS: ReadonlySet<number> = new Set([4789, 8472, 8285]);

/** Whether a packet carries another one; a visit shows no payload. */
export function isOuter({ protocol, dport, inner }: ObservedPacket): boolean {
  return inner !== null || (protocol === PROTOCOL.udp && TUNNEL_PORTS.has(dport ?? 0));
}

/**
 * The visits of each packet that the model follows, in the order of time, by what it is. A packet in a
 * tunnel is what the packet that met a hook before it is.
 */
export function kernelPackets(
  visits: readonly Visit[],
): ReadonlyMap<VisibleKind, readonly Visit[]> {
  const groups = new Map<VisibleKind, Visit[]>();
  const handshake = handshakeNumbers(visits);
  const strange = errorsAboutOthers(visits);
  let kind: VisibleKind | null = null;
  for (const visit of visits) {
    if (strange.has(wayOf(visit.packet))) continue;
    if (!isOuter(visit.packet)) kind = followedKind(visit.packet, handshake);
    if (kind === null) continue;
    const group = groups.get(kind);
    if (group) group.push(visit);
    else groups.set(kind, [visit]);
  }
  return new Map([...groups].map(([kind, group]) => [kind, firstTransmission(group)]));
}

/**
 * The ways of ICMPv6 errors that are sent to nobody whose packet came by: they are about neighbour discovery, which
 * a rule refused, and no more of the flow than that is. A visit does not show what its error quotes.
 */
function errorsAboutOthers(visits: readonly Visit[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const strange = new Set<string>();
  for (const { namespace, packet, hook, edge } of visits) {
    const isError = packet.protocol === PROTOCOL.icmpv6 && (packet.icmp?.type ?? 128) < 128;
    if (!isError) seen.add(`${namespace} ${formatAddress(packet.source)}`);
    else if (hook === 'output' && edge === 'first') {
      const sent = `${namespace} ${formatAddress(packet.destination)}`;
      if (!seen.has(sent)) strange.add(wayOf(packet));
    }
  }
  return strange;
}

function wayOf({ protocol, icmp, source, destination }: ObservedPacket): string {
  return `${protocol} ${icmp?.type} ${formatAddress(source)} ${formatAddress(destination)}`;
}

/** What a packet is to its flow, or null for what the model does not follow. */
export function followedKind(packet: ObservedPacket, handshake: Handshake): VisibleKind | null {
  const kind = visibleKind(packet);
  return kind === 'pure-ack' && !endsHandshake(packet, handshake) ? null : kind;
}

/** What the client's SYN and the server's SYN-ACK began with. */
export interface Handshake {
  readonly client: number | null;
  readonly server: number | null;
}

export function handshakeNumbers(visits: readonly Visit[]): Handshake {
  const sequenceOf = (kind: VisibleKind): number | null => {
    const first = visits.find(({ packet }) => visibleKind(packet) === kind);
    return first ? (subject(first.packet).tcp?.sequence ?? null) : null;
  };
  return { client: sequenceOf('syn'), server: sequenceOf('syn-ack') };
}

/** Whether a pure acknowledgement is the handshake's last packet; NAT leaves the numbers alone. */
function endsHandshake(packet: ObservedPacket, { client, server }: Handshake): boolean {
  const { tcp } = subject(packet);
  if (!tcp || client === null || server === null) return false;
  const next = (number: number): number => (number + 1) >>> 0;
  return tcp.sequence === next(client) && tcp.acknowledgement === next(server);
}

/** The visits up to where the first of them begins anew after a while. */
function firstTransmission(visits: readonly Visit[]): readonly Visit[] {
  const [first] = visits;
  if (!first) return visits;
  const again = visits.findIndex(
    (visit) =>
      visit.time - first.time > RETRANSMITTED_AFTER &&
      visit.namespace === first.namespace &&
      visit.hook === first.hook &&
      visit.edge === first.edge,
  );
  return again < 0 ? visits : visits.slice(0, again);
}
