import type { ObservedPacket } from '../evidence/observation.ts';
import { subject } from '../evidence/observation.ts';
import { PROTOCOL } from '../packet/protocol.ts';
import type { Outcome, PacketKind, PacketTrace } from '../trace/trace.ts';

/**
 * What a packet is to its flow, as far as its headers tell; null for what the model does not follow:
 * other protocols, redirects, and the data and farewell of a TCP connection. The two ways of a datagram look
 * alike, so both are `datagram`. What a tunnel carries decides.
 */
export type VisibleKind = Exclude<PacketKind, 'answer' | 'ack' | 'data'> | 'pure-ack';

export function visibleKind(packet: ObservedPacket): VisibleKind | null {
  const { protocol, tcp, icmp } = subject(packet);
  if (protocol === PROTOCOL.udp) return 'datagram';
  if (tcp) {
    const { syn, ack, rst, fin } = tcp.flags;
    if (rst) return 'rst';
    if (syn) return ack ? 'syn-ack' : 'syn';
    return ack && !fin && tcp.payloadLength === 0 ? 'pure-ack' : null;
  }
  if (!icmp) return null;
  if (protocol === PROTOCOL.icmpv6) return visibleKind6(icmp.type);
  if (icmp.type === 8) return 'echo-request';
  if (icmp.type === 0) return 'echo-reply';
  return [3, 4, 11, 12].includes(icmp.type) ? 'icmp-error' : null;
}

function visibleKind6(type: number): VisibleKind | null {
  if (type === 128) return 'echo-request';
  if (type === 129) return 'echo-reply';
  return type < 128 ? 'icmp-error' : null;
}

/** A packet of the model, and the kind under which the kernel's packets of it are found. */
export interface ComparedPacket extends PacketTrace {
  readonly visible: VisibleKind;
}

/** The packets of an outcome up to where data begins: what follows, a flow without data does not have. */
export function comparedPackets({ packets }: Pick<Outcome, 'packets'>): readonly ComparedPacket[] {
  const compared: ComparedPacket[] = [];
  for (const packet of packets) {
    if (packet.kind === 'data') break;
    compared.push({ ...packet, visible: visibleAs(packet.kind) });
  }
  return compared;
}

function visibleAs(kind: Exclude<PacketKind, 'data'>): VisibleKind {
  switch (kind) {
    case 'ack':
      return 'pure-ack';
    case 'answer':
      return 'datagram';
    case 'syn':
    case 'syn-ack':
    case 'rst':
    case 'datagram':
    case 'echo-request':
    case 'echo-reply':
    case 'icmp-error':
      return kind;
  }
}
