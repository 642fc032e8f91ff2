import { netnsKey } from '../../packet/place.ts';
import { PROTOCOL } from '../../packet/protocol.ts';
import { yesNo } from '../decide.ts';
import type { Manip } from './manip.ts';
import { type Choice, portOf, taken, withPort } from './nat-choice.ts';
import { formatTuple, invertTuple, isIcmp } from './packet-tuple.ts';
import { overHolder, takenPorts } from './taken-ports.ts';
import type { Tuple } from './tuple.ts';

interface Ports {
  readonly first: number;
  readonly last: number;
}

/** NF_NAT_MAX_ATTEMPTS: ports that are tried in a first round; each further one tries half as many. */
const ATTEMPTS = 128;
const LAST_ROUND = 16;

/**
 * A free port of a range; the tuple of a taken one where there is none, whose packet is lost when it
 * is confirmed. Linux: nf_nat_l4proto_unique_tuple().
 */
export function choosePort(tuple: Tuple, choice: Choice): Tuple {
  const { range, manip } = choice;
  const given = range.ports ?? usualPorts(tuple, manip);
  if (!given || !hasPorts(tuple.protocol)) return tuple;
  const ports = {
    first: Math.min(given.first, given.last),
    last: Math.max(given.first, given.last),
  };
  // A destination's port is searched from the start of its range, a source's from anywhere.
  const fixed = ports.first === ports.last || (manip === 'dst' && !range.random);
  const free = firstFree(tuple, choice, ports, fixed);
  if (!fixed) nameChoice(tuple, choice, ports, free);
  return withPort(tuple, manip, free ?? ports.last);
}

/** Which port it is, the kernel chooses; without a free one it keeps what it tried last. */
function nameChoice(
  tuple: Tuple,
  choice: Choice,
  { first, last }: Ports,
  port: number | null,
): void {
  const { run, netns, manip, connection } = choice;
  const what = isIcmp(tuple) ? 'identifier' : 'port';
  run.decider.decide({
    id: `nat-port:${netnsKey(netns.ref)}:${manip}:${formatTuple(connection.original)}`,
    kind: 'unknown',
    topic: 'port',
    where: netns.ref,
    subject: `some ${port === null ? 'taken' : 'free'} ${what} in ${first}-${last}, chosen by the kernel`,
    options: [{ value: String(port ?? last), probability: 1, cost: 0 }],
  });
}

/** The first free port in the order of the search, or null where the kernel finds none. */
function firstFree(tuple: Tuple, choice: Choice, ports: Ports, fixed: boolean): number | null {
  const { first, last } = ports;
  const size = last - first + 1;
  if (fixed) {
    // One port is taken without a look; the clash shows when it is confirmed.
    if (size === 1) return first;
    const tried = Math.min(size, ATTEMPTS);
    const { basePort } = choice.range;
    const start = basePort === undefined ? 0 : (portOf(tuple, choice.manip) - basePort) & 0xffff;
    for (let i = 0; i < tried; i++) {
      const port = first + ((start + i) % size);
      if (!taken(withPort(tuple, choice.manip, port), choice)) return port;
    }
    return null;
  }
  const reply = invertTuple(withPort(tuple, choice.manip, 0));
  const used = takenPorts(choice, reply);
  let free: number | null = null;
  let inUse = 0;
  for (const port of used) if (port >= first && port <= last) inUse++;
  for (let port = first; port <= last && free === null; port++) if (!used.has(port)) free = port;
  if (free === null) return evicted(tuple, choice, ports) ?? stillTaken(choice, ports);
  return findsFree(choice, ports, inUse / size) ? free : null;
}

/** Whether the search, which tries a few runs of ports from random starts, meets a free one. */
function findsFree(choice: Choice, { first, last }: Ports, used: number): boolean {
  const size = last - first + 1;
  if (size <= ATTEMPTS) return true;
  let tries = 0;
  for (let round = ATTEMPTS; round >= LAST_ROUND / 2; round /= 2) tries += round;
  const misses = used ** tries;
  if (misses < 0.001) return true;
  const { run, netns, connection } = choice;
  const answer = run.decider.decide({
    id: `nat-port-search:${netnsKey(netns.ref)}:${formatTuple(connection.original)}`,
    kind: 'random',
    topic: 'conntrack-table',
    where: netns.ref,
    subject: `the search in ${first}-${last} meets a free port for ${formatTuple(connection.original)}`,
    options: [
      { value: 'yes', probability: 1 - misses, cost: 0 },
      { value: 'no', probability: misses, cost: 0 },
    ],
  });
  return answer.value === 'yes';
}

/** A listing in which all ports are taken may be old. */
function stillTaken(choice: Choice, { first, last }: Ports): number | null {
  const { run, netns, connection } = choice;
  if (!netns.conntrack?.length) return null;
  const answer = run.decider.decide({
    id: `nat-ports-taken:${netnsKey(netns.ref)}:${formatTuple(connection.original)}`,
    kind: 'unknown',
    topic: 'conntrack-table',
    where: netns.ref,
    subject: `all ports in ${first}-${last} are taken for ${formatTuple(connection.original)}`,
    options: yesNo('yes', 3),
  });
  return answer.value === 'yes' ? null : first;
}

/** The last ports of a search are had from connections that are over. NF_NAT_HARDER_THRESH. */
const HARDER = 32;

/**
 * A SYN takes the port of a connection that is over if its number is higher than that one's, which
 * chance decides. Linux: nf_nat_used_tuple_harder(), since 6.3.
 */
function evicted(tuple: Tuple, choice: Choice, { first, last }: Ports): number | null {
  const { run, netns, connection } = choice;
  if (tuple.protocol !== PROTOCOL.tcp || connection.state !== 'SYN_SENT') return null;
  if (last - first >= HARDER) return null;
  for (let port = first; port <= last; port++) {
    const holder = overHolder(choice, invertTuple(withPort(tuple, choice.manip, port)));
    if (!holder) continue;
    const subject = `${formatTuple(connection.original)} takes port ${port} from ${formatTuple(holder.original)}, which is over`;
    const answer = run.decider.decide({
      id: `nat-evict:${netnsKey(netns.ref)}:${subject}`,
      kind: 'random',
      topic: 'conntrack-table',
      where: netns.ref,
      subject,
      options: [
        { value: 'yes', probability: 0.5, cost: 0 },
        { value: 'no', probability: 0.5, cost: 0 },
      ],
    });
    if (answer.value === 'no') continue;
    holder.dying = true;
    return port;
  }
  return null;
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
function usualPorts(tuple: Tuple, manip: Manip): Ports | null {
  if (isIcmp(tuple)) return { first: 0, last: 65535 };
  if (manip === 'dst') return null;
  if (tuple.sport < 512) return { first: 1, last: 511 };
  return tuple.sport < 1024 ? { first: 600, last: 1023 } : { first: 1024, last: 65535 };
}
