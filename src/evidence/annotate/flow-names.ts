import type { Address } from '../../packet/address.ts';
import { PROTOCOL } from '../../packet/protocol.ts';
import type { ObservedPacket } from '../observation.ts';

/** A conversation's short name and the direction of one packet in it. */
export interface FlowName {
  /** Five characters, equal for equal addresses and ports whichever program reads them. */
  readonly id: string;
  readonly direction: 'to' | 'back';
  /** The packet is an ICMP error about it. */
  readonly about: boolean;
}

/** One direction of a flow. */
export interface FlowTuple {
  readonly protocol: number;
  readonly source: Address;
  readonly sport: number;
  readonly destination: Address;
  readonly dport: number;
}

/** Tells whether one destination is translated to another. */
export type Translates = (from: FlowTuple, to: FlowTuple) => boolean;

/** Flows that are remembered; of more the oldest are forgotten. */
const MOST_FLOWS = 32_768;
const MOST_PACKETS = 16_384;

interface Known {
  readonly id: string;
  readonly direction: 'to' | 'back';
}

/** Names the flows of a stream; a translated packet gets the name of what it was before. */
export function flowNames(
  translates: Translates,
  entries: readonly { readonly original: FlowTuple; readonly reply: FlowTuple }[] = [],
): (packet: ObservedPacket) => FlowName | null {
  const known = recent<Known>(MOST_FLOWS);
  /** By client and its port: what it addressed. */
  const byClient = recent<readonly FlowTuple[]>(MOST_FLOWS);
  /** By what a packet keeps when its source, or its destination, is translated. */
  const byPacket = recent<FlowTuple>(MOST_PACKETS);
  const stated = statedNames(entries);

  const learn = (tuple: FlowTuple, id: string): Known => {
    const name = { id, direction: 'to' } as const;
    known.set(keyOf(tuple), name);
    known.set(keyOf(reversed(tuple)), { id, direction: 'back' });
    const client = clientKey(tuple);
    const addressed = byClient.get(client) ?? [];
    byClient.set(client, [tuple, ...addressed].slice(0, 4));
    return name;
  };

  const nameNew = (tuple: FlowTuple, packet: ObservedPacket): Known => {
    const forward = isReply(tuple, packet) ? reversed(tuple) : tuple;
    const twin = (byClient.get(clientKey(forward)) ?? []).find(
      (other) => translates(other, forward) || translates(forward, other),
    );
    const same =
      twin ??
      packetKeys(forward, packet)
        .map(byPacket.get)
        .find((one) => one);
    const id = (same && known.get(keyOf(same))?.id) ?? flowId(forward);
    learn(forward, id);
    return { id, direction: forward === tuple ? 'to' : 'back' };
  };

  return (packet) => {
    const quoted = packet.icmp?.quoted ?? null;
    const tuple = tupleOf(quoted ?? packet);
    if (!tuple) return null;
    const key = keyOf(tuple);
    const name = stated.get(key) ?? known.get(key) ?? nameNew(tuple, quoted ?? packet);
    if (name.direction === 'to') {
      for (const kept of packetKeys(tuple, packet)) byPacket.set(kept, tuple);
    }
    return { ...name, about: quoted !== null };
  };
}

/** What conntrack lists: both tuples are one flow, named by the original one. */
function statedNames(
  entries: readonly { readonly original: FlowTuple; readonly reply: FlowTuple }[],
): ReadonlyMap<string, Known> {
  const names = new Map<string, Known>();
  for (const { original, reply } of entries) {
    const id = flowId(original);
    names.set(keyOf(reversed(original)), { id, direction: 'back' });
    names.set(keyOf(reply), { id, direction: 'back' });
    names.set(keyOf(original), { id, direction: 'to' });
    names.set(keyOf(reversed(reply)), { id, direction: 'to' });
  }
  return names;
}

function tupleOf(packet: ObservedPacket): FlowTuple | null {
  const { source, destination, protocol, icmp } = packet;
  const sport = icmp ? (icmp.id ?? 0) : packet.sport;
  const dport = icmp ? 0 : packet.dport;
  if (sport === null || dport === null) return null;
  return { protocol, source, sport, destination, dport };
}

function reversed({ protocol, source, sport, destination, dport }: FlowTuple): FlowTuple {
  const isIcmp = protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6;
  // An echo has one identifier for both ways.
  return isIcmp
    ? { protocol, source: destination, sport, destination: source, dport }
    : { protocol, source: destination, sport: dport, destination: source, dport: sport };
}

/** Whether a packet of a flow that was not seen before goes to the client. */
function isReply({ sport, dport }: FlowTuple, { tcp, icmp }: ObservedPacket): boolean {
  if (icmp) return icmp.type === 0 || icmp.type === 129;
  if (tcp?.flags.syn) return tcp.flags.ack === true;
  // Servers have the low ports.
  return sport < 32768 && dport >= 32768;
}

function keyOf({ protocol, source, sport, destination, dport }: FlowTuple): string {
  return `${protocol} ${source.bits} ${sport} ${destination.bits} ${dport}`;
}

function clientKey({ protocol, source, sport }: FlowTuple): string {
  return `${protocol} ${source.bits} ${sport}`;
}

/** What one packet keeps when an end is translated; none where that does not tell it apart. */
function packetKeys(tuple: FlowTuple, { ipId, length }: ObservedPacket): readonly string[] {
  if (ipId === null || ipId === 0 || length === null) return [];
  const { protocol, source, sport, destination, dport } = tuple;
  const own = `${protocol} ${sport} ${ipId} ${length}`;
  return [`${own} from ${source.bits}`, `${own} to ${destination.bits} ${dport}`];
}

const LETTERS = '0123456789abcdefghjkmnpqrstvwxyz';

/** FNV-1a of the tuple, in Crockford's base 32. */
function flowId(tuple: FlowTuple): string {
  const text = keyOf(tuple);
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193) >>> 0;
  }
  let id = '';
  for (let rest = hash; id.length < 5; rest >>>= 5) id += LETTERS[rest & 31];
  return id;
}

interface Recent<T> {
  get(key: string): T | undefined;
  set(key: string, value: T): void;
}

/** A map of two halves: when one is full, what was not used since is forgotten. */
function recent<T>(most: number): Recent<T> {
  let young = new Map<string, T>();
  let old = new Map<string, T>();
  const set = (key: string, value: T): void => {
    young.set(key, value);
    if (young.size < most) return;
    old = young;
    young = new Map();
  };
  return {
    get(key) {
      const found = young.get(key);
      if (found !== undefined) return found;
      const before = old.get(key);
      if (before !== undefined) set(key, before);
      return before;
    },
    set,
  };
}
