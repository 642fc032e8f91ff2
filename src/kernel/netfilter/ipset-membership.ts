import { type Address, formatAddress } from '../../packet/address.ts';
import { contains, network, type Prefix } from '../../packet/prefix.ts';
import { PROTOCOL } from '../../packet/protocol.ts';
import type { Ternary } from '../decide.ts';
import type { Ipset } from './ipset.ts';
import {
  type IpsetDimension,
  type IpsetPart,
  ipsetDimensions,
  parseIpsetElement,
} from './ipset-element.ts';
import type { RulePacket } from './rule-context.ts';

export type SetDirection = 'src' | 'dst';

/** What a set match asks. */
export interface SetQuery {
  readonly set: string;
  /** One per dimension of the set. */
  readonly directions: readonly SetDirection[];
  /** Elements marked `nomatch` answer yes, and all others no. */
  readonly returnNomatch: boolean;
}

/** Lists of sets hold no lists, so this depth is never reached by a real one. */
const MAX_DEPTH = 8;

/**
 * Whether a packet is in a set. Unknown when the sets were not collected, when the set is not
 * among them, or when its type is not modelled. Linux: ip_set_test().
 */
export function testIpset(query: SetQuery, packet: RulePacket): Ternary {
  return look(query, packet, 0);
}

function look(query: SetQuery, packet: RulePacket, depth: number): Ternary {
  const set = packet.context.netns.ipsets?.find(({ name }) => name === query.set);
  if (!set || set.unsupported.length > 0 || depth > MAX_DEPTH) return 'unknown';
  const dimensions = ipsetDimensions(set.type);
  if (dimensions === null) return 'unknown';
  // A match with fewer directions than the set has dimensions never holds.
  if (query.directions.length < dimensions.length) return 'no';
  if (set.type === 'list:set') return lookInMembers(set, query, packet, depth);
  if (set.family !== null && set.family !== packet.skb.packet.source.family) return 'no';
  const elements = elementsOf(set, dimensions);
  if (elements === null) return 'unknown';
  const keys = dimensions.map((dimension, i) =>
    packetKey(dimension, query.directions[i] ?? 'src', packet, set),
  );
  const found = findElement(elements, keys);
  if (found === null) return 'no';
  // Only sets with networks have `nomatch`, and only for them the option means something.
  const inverted = query.returnNomatch && dimensions.includes('net');
  return found.nomatch === inverted ? 'yes' : 'no';
}

/**
 * What a packet shows to a set, as text; null when the set is not known, or has other dimensions or
 * another family.
 */
export function ipsetKey(
  name: string,
  directions: readonly SetDirection[],
  packet: RulePacket,
): string | null {
  const set = packet.context.netns.ipsets?.find((candidate) => candidate.name === name);
  const dimensions = set ? ipsetDimensions(set.type) : null;
  if (!set || dimensions === null || directions.length < dimensions.length) return null;
  if (set.family !== null && set.family !== packet.skb.packet.source.family) return null;
  const parts = dimensions.map((dimension, i) =>
    keyText(packetKey(dimension, directions[i] ?? 'src', packet, set)),
  );
  return `${name} ${parts.join(' ')}`;
}

function keyText(key: PacketKey): string {
  switch (key.kind) {
    case 'address':
      return formatAddress(key.address);
    case 'port':
      return `${key.protocol}:${key.port}`;
    case 'mac':
      return String(key.mac);
    case 'iface':
      return `${key.name}/${key.port}`;
    case 'mark':
      return String(key.mark);
  }
}

/** Linux: list_set_ktest(). */
function lookInMembers(set: Ipset, query: SetQuery, packet: RulePacket, depth: number): Ternary {
  let unknown = false;
  for (const { element } of set.entries) {
    const found = look({ ...query, set: element }, packet, depth + 1);
    if (found === 'yes') return 'yes';
    if (found === 'unknown') unknown = true;
  }
  return unknown ? 'unknown' : 'no';
}

/** What a packet shows to one dimension of a set. */
type PacketKey =
  | { readonly kind: 'address'; readonly address: Address }
  | { readonly kind: 'port'; readonly protocol: number; readonly port: number }
  | { readonly kind: 'mac'; readonly mac: string | null }
  | { readonly kind: 'iface'; readonly name: string; readonly port: string | null }
  | { readonly kind: 'mark'; readonly mark: number };

function packetKey(
  dimension: IpsetDimension,
  direction: SetDirection,
  { skb, context }: RulePacket,
  set: Ipset,
): PacketKey {
  const ip = skb.packet;
  const source = direction === 'src';
  switch (dimension) {
    case 'ip':
    case 'net':
    case 'set': {
      const address = source ? ip.source : ip.destination;
      return {
        kind: 'address',
        address: set.netmask === null ? address : network({ address, length: set.netmask }).address,
      };
    }
    case 'port': {
      // Linux: get_port(); other protocols have port 0.
      const t = ip.transport;
      const port =
        t.kind === 'icmp'
          ? t.type * 256 + t.code
          : t.kind === 'other'
            ? 0
            : source
              ? t.sport
              : t.dport;
      return { kind: 'port', protocol: ip.protocol, port };
    }
    case 'mac':
      return { kind: 'mac', mac: source ? skb.sourceMac : skb.destinationMac };
    case 'iface':
      return source
        ? { kind: 'iface', name: context.iif, port: skb.physin }
        : { kind: 'iface', name: context.oif, port: skb.physout };
    case 'mark':
      return { kind: 'mark', mark: (skb.mark & (set.markmask ?? 0xffffffff)) >>> 0 };
  }
}

interface Element {
  readonly parts: readonly IpsetPart[];
  readonly nomatch: boolean;
  readonly wildcard: boolean;
}

/** Elements by the network of their first part, the longest prefix first; the rest in a list. */
interface Elements {
  readonly byLength: readonly { readonly length: number; readonly networks: Networks }[];
  readonly others: readonly Element[];
}

type Networks = ReadonlyMap<number | bigint, readonly Element[]>;

const cache = new WeakMap<Ipset, Elements | null>();

/** null when an element could not be read. */
function elementsOf(set: Ipset, dimensions: readonly IpsetDimension[]): Elements | null {
  let elements = cache.get(set);
  if (elements === undefined) {
    elements = indexElements(set, dimensions);
    cache.set(set, elements);
  }
  return elements;
}

function indexElements(set: Ipset, dimensions: readonly IpsetDimension[]): Elements | null {
  const lengths = new Map<number, Map<number | bigint, Element[]>>();
  const others: Element[] = [];
  for (const { element, nomatch, wildcard } of set.entries) {
    const parts = parseIpsetElement(element, dimensions, set.type === 'bitmap:port');
    if (parts === null) return null;
    const [first] = parts;
    if (first?.kind !== 'prefix') {
      others.push({ parts, nomatch, wildcard });
      continue;
    }
    const { address, length } = network(first.prefix);
    let networks = lengths.get(length);
    if (!networks) {
      networks = new Map();
      lengths.set(length, networks);
    }
    const same = networks.get(address.bits);
    if (same) same.push({ parts, nomatch, wildcard });
    else networks.set(address.bits, [{ parts, nomatch, wildcard }]);
  }
  const byLength = [...lengths]
    .sort(([a], [b]) => b - a)
    .map(([length, networks]) => ({ length, networks }));
  for (const { networks } of byLength) {
    for (const elements of networks.values()) elements.sort(bySecondPrefix);
  }
  return { byLength, others };
}

/** Of elements with one first network the more specific second one decides. */
function bySecondPrefix(a: Element, b: Element): number {
  return secondLength(b) - secondLength(a);
}

function secondLength({ parts }: Element): number {
  const part = parts.slice(1).find(({ kind }) => kind === 'prefix');
  return part?.kind === 'prefix' ? part.prefix.length : 0;
}

/**
 * The most specific element decides, so a `nomatch` can except from a wider one. In
 * hash:net,iface the most specific network decides, even if none of its devices is the packet's.
 * Linux: mtype_test_cidrs(), hash_netiface4_data_equal().
 */
function findElement(elements: Elements, keys: readonly PacketKey[]): Element | null {
  const [first] = keys;
  const ofDevices = keys.some(({ kind }) => kind === 'iface');
  if (first?.kind === 'address') {
    for (const { length, networks } of elements.byLength) {
      const prefix: Prefix = { address: first.address, length };
      const candidates = networks.get(network(prefix).address.bits);
      const found = candidates?.find((element) => fits(element, keys));
      if (found) return found;
      if (ofDevices && candidates) return null;
    }
  }
  return elements.others.find((element) => fits(element, keys)) ?? null;
}

function fits({ parts, wildcard }: Element, keys: readonly PacketKey[]): boolean {
  return parts.every((part, i) => {
    const key = keys[i];
    return key !== undefined && partFits(part, key, wildcard);
  });
}

function partFits(part: IpsetPart, key: PacketKey, wildcard: boolean): boolean {
  switch (part.kind) {
    case 'prefix':
      return key.kind === 'address' && contains(part.prefix, key.address);
    case 'range':
      return (
        key.kind === 'address' &&
        key.address.bits >= part.first.bits &&
        key.address.bits <= part.last.bits
      );
    case 'port':
      return (
        key.kind === 'port' &&
        (part.protocol === null
          ? key.protocol === PROTOCOL.tcp || key.protocol === PROTOCOL.udp
          : key.protocol === part.protocol) &&
        key.port >= part.first &&
        key.port <= part.last
      );
    case 'mac':
      return key.kind === 'mac' && key.mac?.toLowerCase() === part.mac;
    case 'iface': {
      if (key.kind !== 'iface') return false;
      const name = part.physdev ? key.port : key.name;
      return wildcard ? (name?.startsWith(part.name) ?? false) : name === part.name;
    }
    case 'mark':
      return key.kind === 'mark' && key.mark === part.mark;
  }
}
