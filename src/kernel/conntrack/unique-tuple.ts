import { type Address, formatAddress, ipv4 } from '../../packet/address.ts';
import { netnsKey } from '../../packet/place.ts';
import { PROTOCOL, protocolName } from '../../packet/protocol.ts';
import type { Option } from '../decide.ts';
import type { NetnsState } from '../netns-state.ts';
import type { Run } from '../run.ts';
import type { Connection } from './connection.ts';
import type { Manip } from './manip.ts';
import { formatTuple, invertTuple, isIcmp } from './packet-tuple.ts';
import { isTaken, sourceMappings } from './table.ts';
import type { Tuple } from './tuple.ts';

/** What a mapping may choose from. Linux: struct nf_nat_range2. */
export interface NatRange {
  /** Null keeps the address. */
  readonly addresses: { readonly first: Address; readonly last: Address } | null;
  /** Null: the kernel's own ranges, and only if the port is taken. */
  readonly ports: { readonly first: number; readonly last: number } | null;
  readonly random: boolean;
  readonly persistent: boolean;
}

interface Choice {
  readonly run: Run;
  readonly netns: NetnsState;
  readonly connection: Connection;
  readonly range: NatRange;
  readonly manip: Manip;
}

/**
 * The translated tuple for a connection's first packet: unchanged if it may and nothing clashes,
 * else another address or port of the range. Linux: get_unique_tuple() of nf_nat_core.c.
 */
export function uniqueTuple(current: Tuple, choice: Choice): Tuple {
  const { range, manip } = choice;
  if (manip === 'src' && !range.random) {
    if (inRange(current, range, 'src')) {
      if (!taken(current, choice)) return current;
    } else {
      const reused = reuseMapping(current, choice);
      if (reused && !taken(reused, choice)) return reused;
    }
  }
  const tuple = chooseAddress(current, choice);
  if (!range.random) {
    if (range.ports) {
      const single = range.ports.first === range.ports.last;
      if (portInRange(tuple, range.ports, manip) && (single || !taken(tuple, choice))) return tuple;
    } else if (!taken(tuple, choice)) {
      return tuple;
    }
  }
  return choosePort(tuple, choice);
}

function taken(tuple: Tuple, { run, netns, connection }: Choice): boolean {
  return isTaken(run, netns, invertTuple(tuple), connection);
}

function inRange(tuple: Tuple, range: NatRange, manip: Manip): boolean {
  const address = manip === 'src' ? tuple.source : tuple.destination;
  if (range.addresses) {
    const { first, last } = range.addresses;
    if (address.bits < first.bits || address.bits > last.bits) return false;
  }
  return range.ports === null || portInRange(tuple, range.ports, manip);
}

function portInRange(
  tuple: Tuple,
  { first, last }: { readonly first: number; readonly last: number },
  manip: Manip,
): boolean {
  const port = portOf(tuple, manip);
  return port >= first && port <= last;
}

/** An ICMP identifier stands in the source's place whichever end is mapped. */
function portOf(tuple: Tuple, manip: Manip): number {
  return manip === 'src' || isIcmp(tuple) ? tuple.sport : tuple.dport;
}

function withPort(tuple: Tuple, manip: Manip, port: number): Tuple {
  return manip === 'src' || isIcmp(tuple) ? { ...tuple, sport: port } : { ...tuple, dport: port };
}

/** Another connection of the same source may already have a place in the range. */
function reuseMapping(current: Tuple, choice: Choice): Tuple | null {
  const { run, netns, connection, range } = choice;
  for (const reply of sourceMappings(run, netns, connection.original, connection.zone)) {
    const mapped = invertTuple(reply);
    const tuple = { ...current, source: mapped.source, sport: mapped.sport };
    if (inRange(tuple, range, 'src')) return tuple;
  }
  return null;
}

const MANY_ADDRESSES = 16;

/** The address is a hash of the tuple with a random seed. Linux: find_best_ips_proto(). */
function chooseAddress(tuple: Tuple, { run, netns, range, manip }: Choice): Tuple {
  if (!range.addresses) return tuple;
  const { first, last } = range.addresses;
  const place = (address: Address): Tuple =>
    manip === 'src' ? { ...tuple, source: address } : { ...tuple, destination: address };
  if (first.family !== last.family || first.bits >= last.bits) return place(first);
  const name = `${formatAddress(first)}-${formatAddress(last)}`;
  const size = BigInt(last.bits) - BigInt(first.bits) + 1n;
  const count = size > MANY_ADDRESSES ? MANY_ADDRESSES + 1 : Number(size);
  // Following hundreds of addresses would tell nothing that the first one does not.
  const followed = count > MANY_ADDRESSES ? 1 : count;
  const addresses = Array.from({ length: followed }, (_, i) => nth(first, i));
  const hashed = range.persistent
    ? formatAddress(tuple.source)
    : `${formatAddress(tuple.source)}>${formatAddress(tuple.destination)}`;
  const answer = run.decider.decide({
    id: `nat-address:${netnsKey(netns.ref)}:${name}:${protocolName(tuple.protocol)}:${hashed}`,
    kind: followed === count ? 'random' : 'unknown',
    topic: 'nat-address',
    where: netns.ref,
    subject: name,
    options: addresses.map(
      (address): Option => ({
        value: formatAddress(address),
        probability: followed === count ? 1 / count : 1,
        cost: 0,
      }),
    ),
  });
  const chosen = addresses.find((address) => formatAddress(address) === answer.value);
  return place(chosen ?? first);
}

function nth(first: Address, i: number): Address {
  return first.family === 4 ? ipv4(first.bits + i) : { family: 6, bits: first.bits + BigInt(i) };
}

/** NF_NAT_MAX_ATTEMPTS: the kernel gives up after so many taken ports. */
const ATTEMPTS = 128;

/** Linux: nf_nat_l4proto_unique_tuple(). */
function choosePort(tuple: Tuple, choice: Choice): Tuple {
  const { run, netns, range, manip } = choice;
  const ports = range.ports ?? usualPorts(tuple, manip);
  if (!ports || !hasPorts(tuple.protocol)) return tuple;
  const first = Math.min(ports.first, ports.last);
  const last = Math.max(ports.first, ports.last);
  let port = first;
  const end = Math.min(last, first + ATTEMPTS - 1);
  while (port < end && taken(withPort(tuple, manip, port), choice)) port++;
  // A destination's port is searched from the start of its range, a source's from anywhere.
  const fixed = first === last || (manip === 'dst' && !range.random);
  if (!fixed) {
    const what = isIcmp(tuple) ? 'identifier' : 'port';
    run.decider.decide({
      id: `nat-port:${netnsKey(netns.ref)}:${manip}:${formatTuple(choice.connection.original)}`,
      kind: 'unknown',
      topic: 'port',
      where: netns.ref,
      subject: `some free ${what} in ${first}-${last}, chosen by the kernel`,
      options: [{ value: String(port), probability: 1, cost: 0 }],
    });
  }
  return withPort(tuple, manip, port);
}

function hasPorts(protocol: number): boolean {
  return (
    protocol === PROTOCOL.tcp ||
    protocol === PROTOCOL.udp ||
    protocol === PROTOCOL.udplite ||
    protocol === PROTOCOL.sctp ||
    isIcmp({ protocol })
  );
}

/** Ports a source may get when no range is given; a destination keeps its port. */
function usualPorts(
  tuple: Tuple,
  manip: Manip,
): { readonly first: number; readonly last: number } | null {
  if (isIcmp(tuple)) return { first: 0, last: 65535 };
  if (manip === 'dst') return null;
  if (tuple.sport < 512) return { first: 1, last: 511 };
  return tuple.sport < 1024 ? { first: 600, last: 1023 } : { first: 1024, last: 65535 };
}
