import type { ObservedPacket } from '../evidence/observation.ts';
import type { HookVisit } from '../kernel/step.ts';
import type { Visit } from '../lab/report.ts';
import type { Hook } from '../linux/hook.ts';
import { formatAddress } from '../packet/address.ts';
import type { Packet } from '../packet/packet.ts';
import { netnsKey } from '../packet/place.ts';
import type { VisitField } from './agreement.ts';
import { type Places, refOf } from './places.ts';

/** A visit in the words that both sides have. */
export interface VisitFacts {
  /** `netnsKey` of the namespace. */
  readonly netns: string;
  readonly hook: Hook;
  readonly edge: 'first' | 'last';
  /** Printed; null where this side does not know the field, or does not mean what it says. */
  readonly fields: Readonly<Record<VisitField, string | null>>;
}

/** What the model says of a visit. */
export function modelVisit({ where, hook, edge, iif, oif, skb }: HookVisit): VisitFacts {
  const { packet, mark } = skb;
  return {
    netns: netnsKey(where),
    hook,
    edge,
    fields: { iif, oif, mark: hex(mark), ...modelFields(packet) },
  };
}

function modelFields(packet: Packet): Omit<VisitFacts['fields'], 'iif' | 'oif' | 'mark'> {
  const t = packet.transport;
  const hasPorts = t.kind === 'tcp' || t.kind === 'udp' || t.kind === 'sctp';
  return {
    saddr: formatAddress(packet.source),
    daddr: formatAddress(packet.destination),
    // A VXLAN datagram's source port is a hash of what it carries. Linux: udp_flow_src_port().
    sport: hasPorts && packet.inner?.kind !== 'vxlan' ? String(t.sport) : null,
    dport: hasPorts ? String(t.dport) : null,
    ttl: String(packet.ttl),
    tos: String(packet.tos),
  };
}

/** What the kernel did at a visit; null for a namespace that no snapshot holds. */
export function kernelVisit(visit: Visit, places: Places): VisitFacts | null {
  const place = places.get(visit.namespace);
  const ref = place ? refOf(place) : null;
  if (!ref) return null;
  return {
    netns: netnsKey(ref),
    hook: visit.hook,
    edge: visit.edge,
    fields: {
      iif: visit.iif ?? '',
      oif: visit.oif ?? '',
      mark: hex(visit.mark),
      ...kernelFields(visit.packet),
    },
  };
}

function kernelFields(packet: ObservedPacket): Omit<VisitFacts['fields'], 'iif' | 'oif' | 'mark'> {
  return {
    saddr: formatAddress(packet.source),
    daddr: formatAddress(packet.destination),
    sport: printed(packet.sport),
    dport: printed(packet.dport),
    ttl: printed(packet.ttl),
    tos: printed(packet.tos),
  };
}

function printed(value: number | null): string | null {
  return value === null ? null : String(value);
}

function hex(mark: number): string {
  return `0x${mark.toString(16)}`;
}
