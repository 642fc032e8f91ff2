import { type Address, formatAddress, ipv4 } from '../../packet/address.ts';
import { netnsKey } from '../../packet/place.ts';
import { protocolName } from '../../packet/protocol.ts';
import type { Option } from '../decide.ts';
import type { Manip } from './manip.ts';
import { type Choice, type NatRange, portOf, taken } from './nat-choice.ts';
import { invertTuple } from './packet-tuple.ts';
import { choosePort } from './port-search.ts';
import { sourceMappings } from './table.ts';
import type { Tuple } from './tuple.ts';

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
      if (range.basePort !== undefined) return choosePort(tuple, choice);
      if (portInRange(tuple, range.ports, manip) && (single || !taken(tuple, choice))) return tuple;
    } else if (!taken(tuple, choice)) {
      return tuple;
    }
  }
  return choosePort(tuple, choice);
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
