import type { Address } from '../../packet/address.ts';
import type { ObservedPacket } from '../observation.ts';
import type { TrackedTuple } from '../tracked-connection.ts';

/** Both ends of a packet at one place as keys. An echo counts its id as both ports. */
export interface Tuple {
  readonly from: string;
  readonly to: string;
  readonly sport: number | string | null;
  /** Protocol and both ends. */
  readonly key: string;
}

export function tupleOf(packet: ObservedPacket): Tuple {
  const id = packet.icmp?.id ?? null;
  const sport = packet.sport ?? packet.sportName ?? id;
  const dport = packet.dport ?? packet.dportName ?? id;
  return tuple(packet.protocol, packet.source, sport, packet.destination, dport);
}

/** The key of a packet that is tracked by this direction of an entry. */
export function trackedKey(protocol: number, of: TrackedTuple): string {
  return tuple(protocol, of.source, of.sport, of.destination, of.dport).key;
}

export function tuple(
  protocol: number,
  source: Address,
  sport: number | string | null,
  destination: Address,
  dport: number | string | null,
): Tuple {
  const from = `${addressKey(source)}:${sport ?? ''}`;
  const to = `${addressKey(destination)}:${dport ?? ''}`;
  return { from, to, sport, key: `${protocol} ${from} ${to}` };
}

function addressKey({ bits }: Address): string {
  return bits.toString(36);
}
