import { type Address, sameAddress } from '../../../packet/address.ts';
import type { Packet } from '../../../packet/packet.ts';
import { PROTOCOL } from '../../../packet/protocol.ts';
import type { XtChain } from './chain.ts';
import { effectOf } from './match/registry.ts';
import type { AddressMatch, XtRule } from './rule.ts';

/** Yields the rules of a chain that may match a packet, in the chain's order; then null. */
export type RuleWalk = () => XtRule | null;

/** How a traversal visits the rules of a chain. */
export type VisitRules = (chain: XtChain, packet: Packet) => RuleWalk;

/** Visits every rule, as the kernel does. */
export const everyRule: VisitRules = (chain) => {
  let next = 0;
  return () => chain.rules[next++] ?? null;
};

/** Chains shorter than this are walked. */
const INDEX_FROM = 8;

/**
 * Skips rules that cannot match because they ask for one exact address or port that the packet
 * does not have. No target of a table changes addresses or ports before the table ends, so the
 * packet's keys hold for the whole chain. The order of the rest is kept, so the result is the
 * same as that of `everyRule`.
 */
export const likelyRules: VisitRules = (chain, packet) =>
  // iptables-nft takes what lies in a later part of a datagram for ports.
  chain.rules.length < INDEX_FROM || packet.fragment !== undefined
    ? everyRule(chain, packet)
    : merge(chain.rules, candidates(indexOf(chain), packet));

/** Positions of rules, ascending. */
type Positions = number[];
type ByAddress<T> = Map<number | bigint, T>;

/** Each rule is in one of the lists, by the strictest thing it asks for. */
interface ChainIndex {
  readonly byDestinationAndPort: ByAddress<Map<number, Positions>>;
  readonly byDestination: ByAddress<Positions>;
  readonly byPort: Map<number, Positions>;
  readonly bySource: ByAddress<Positions>;
  readonly rest: Positions;
}

const cache = new WeakMap<XtChain, ChainIndex>();

function indexOf(chain: XtChain): ChainIndex {
  let index = cache.get(chain);
  if (!index) {
    index = build(chain.rules);
    cache.set(chain, index);
  }
  return index;
}

function build(rules: readonly XtRule[]): ChainIndex {
  const index: ChainIndex = {
    byDestinationAndPort: new Map(),
    byDestination: new Map(),
    byPort: new Map(),
    bySource: new Map(),
    rest: [],
  };
  rules.forEach((rule, position) => {
    const destination = exactAddress(rule.header.destination);
    const port = exactPort(rule);
    const source = exactAddress(rule.header.source);
    if (destination !== null && port !== null) {
      let ports = index.byDestinationAndPort.get(destination);
      if (!ports) {
        ports = new Map();
        index.byDestinationAndPort.set(destination, ports);
      }
      add(ports, port, position);
    } else if (destination !== null) add(index.byDestination, destination, position);
    else if (port !== null) add(index.byPort, port, position);
    else if (source !== null) add(index.bySource, source, position);
    else index.rest.push(position);
  });
  return index;
}

function add<K>(map: Map<K, Positions>, key: K, position: number): void {
  const positions = map.get(key);
  if (positions) positions.push(position);
  else map.set(key, [position]);
}

/** The one address a rule asks for, or null. */
function exactAddress(match: AddressMatch | null): number | bigint | null {
  if (match === null || match.negated || !sameAddress(match.mask, FULL_MASK[match.mask.family])) {
    return null;
  }
  return match.address.bits;
}

const FULL_MASK: Readonly<Record<4 | 6, Address>> = {
  4: { family: 4, bits: 0xffffffff },
  6: { family: 6, bits: (1n << 128n) - 1n },
};

/**
 * The one destination port that a rule asks for, as a key. A match with state before the port
 * match must be evaluated whatever the port is, so such a rule has no key.
 */
function exactPort(rule: XtRule): number | null {
  const { protocol } = rule.header;
  if (!protocol || protocol.negated) return null;
  for (const match of rule.matches) {
    if (effectOf(match) === 'stateful') return null;
    if (match.kind !== 'tcp' && match.kind !== 'udp' && match.kind !== 'sctp') continue;
    const { dport } = match;
    if (protocol.protocol !== PROTOCOL[match.kind]) return null;
    if (dport && !dport.negated && dport.first === dport.last) {
      return portKey(protocol.protocol, dport.first);
    }
  }
  return null;
}

function portKey(protocol: number, port: number): number {
  return protocol * 0x10000 + port;
}

function packetPortKey({ protocol, transport: t }: Packet): number | null {
  if (t.kind !== 'tcp' && t.kind !== 'udp' && t.kind !== 'sctp') return null;
  return protocol === PROTOCOL[t.kind] ? portKey(protocol, t.dport) : null;
}

function candidates(index: ChainIndex, packet: Packet): readonly Positions[] {
  const { bits: destination } = packet.destination;
  const port = packetPortKey(packet);
  const lists: Positions[] = [index.rest];
  const offer = (list: Positions | undefined): void => {
    if (list) lists.push(list);
  };
  if (port !== null) {
    offer(index.byDestinationAndPort.get(destination)?.get(port));
    offer(index.byPort.get(port));
  }
  offer(index.byDestination.get(destination));
  offer(index.bySource.get(packet.source.bits));
  return lists;
}

/** Walks several ascending lists as one. */
function merge(rules: readonly XtRule[], lists: readonly Positions[]): RuleWalk {
  const heads = lists.map(() => 0);
  return () => {
    let first = -1;
    let position = Number.POSITIVE_INFINITY;
    for (let i = 0; i < lists.length; i++) {
      const candidate = lists[i]?.[heads[i] ?? 0];
      if (candidate !== undefined && candidate < position) {
        first = i;
        position = candidate;
      }
    }
    if (first < 0) return null;
    heads[first] = (heads[first] ?? 0) + 1;
    return rules[position] ?? null;
  };
}
