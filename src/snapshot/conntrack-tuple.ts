import type { Tuple } from '../kernel/conntrack/tuple.ts';
import type { Zone } from '../kernel/conntrack/zone.ts';
import { type Address, parseAddress } from '../packet/address.ts';
import { PROTOCOL } from '../packet/protocol.ts';

/** One direction of an entry, as far as it was read. */
export interface HalfTuple {
  source?: Address;
  destination?: Address;
  sport?: number;
  dport?: number;
  type?: number;
  code?: number;
  id?: number;
  zone?: number;
}

const FIELDS = {
  sport: 'sport',
  dport: 'dport',
  srckey: 'sport',
  dstkey: 'dport',
  type: 'type',
  code: 'code',
  id: 'id',
} as const satisfies Readonly<Record<string, keyof HalfTuple>>;

/** Whether a name is that of a tuple's number. GRE has keys in the place of ports. */
export function isTupleField(name: string): name is keyof typeof FIELDS {
  return Object.hasOwn(FIELDS, name);
}

/** Notes a number; of a name that comes twice the first counts, a later `id=` is the entry's own. */
export function setField(half: HalfTuple, name: keyof typeof FIELDS, value: number): void {
  half[FIELDS[name]] ??= value;
}

/** Notes an address; false when it is none. */
export function setAddress(half: HalfTuple, name: 'src' | 'dst', text: string): boolean {
  const address = parseAddress(text);
  if (!address) return false;
  if (name === 'src') half.source = address;
  else half.destination = address;
  return true;
}

/** A number as decimal or 0x..., as the tools write them; null for anything else. */
export function numberOf(text: string): number | null {
  return /^(?:\d{1,10}|0x[0-9a-f]{1,8})$/i.test(text) ? Number(text) : null;
}

/** The tuple, or null when an address is missing. */
export function finishTuple(half: HalfTuple, protocol: number): Tuple | null {
  const { source, destination } = half;
  if (!source || !destination || source.family !== destination.family) return null;
  if (protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6) {
    const dport = (half.type ?? 0) * 256 + (half.code ?? 0);
    return { protocol, source, destination, sport: half.id ?? 0, dport };
  }
  return { protocol, source, destination, sport: half.sport ?? 0, dport: half.dport ?? 0 };
}

/** A zone of both directions, or of the one it is printed for. */
export function finishZone(
  both: number | undefined,
  original: number | undefined,
  reply: number | undefined,
): Zone {
  if (original) return { id: original, direction: 'original' };
  if (reply) return { id: reply, direction: 'reply' };
  return { id: both ?? 0, direction: 'both' };
}
