import { netnsKey } from '../../packet/place.ts';
import type { Connection } from './connection.ts';
import type { ConntrackEntry } from './entry.ts';
import { isMapped, type Manip } from './manip.ts';
import type { Choice } from './nat-choice.ts';
import { isIcmp, sameTuple } from './packet-tuple.ts';
import type { Tuple } from './tuple.ts';
import { sameZoneIn, type Zone, zoneIn } from './zone.ts';

type Siblings = ReadonlyMap<string, ReadonlySet<number>>;

const cache = new WeakMap<readonly ConntrackEntry[], Map<Manip, Siblings>>();

const NONE: ReadonlySet<number> = new Set();

/**
 * The ports with which a tuple would be another connection's: those of tuples that differ from it in
 * nothing else. Entries of a snapshot count as they were listed.
 */
export function takenPorts(choice: Choice, reply: Tuple): ReadonlySet<number> {
  const { run, netns, connection, manip } = choice;
  const key = siblingKey(reply, manip, zoneIn(connection.zone, 'reply'));
  const listed = (netns.conntrack && siblingsOf(netns.conntrack, manip).get(key)) ?? NONE;
  const own = run.connections(netnsKey(netns.ref)).filter((other) => other !== connection);
  const here = own.filter(
    (other) => other.confirmed && keysOf(other, manip).some(([one]) => one === key),
  );
  if (here.length === 0) return listed;
  const ports = new Set(listed);
  for (const other of here) {
    for (const [one, port] of keysOf(other, manip)) {
      if (one !== key) continue;
      if (other.dying) ports.delete(port);
      else ports.add(port);
    }
  }
  return ports;
}

/** A connection of this run that is over and whose answers have a tuple. Linux: nf_nat_may_kill(). */
export function overHolder(choice: Choice, reply: Tuple): Connection | null {
  const { run, netns, connection } = choice;
  const found = run
    .connections(netnsKey(netns.ref))
    .find(
      (other) =>
        other.confirmed &&
        !other.dying &&
        sameZoneIn(other.zone, connection.zone, 'reply') &&
        sameTuple(other.reply, reply),
    );
  const isOver = found?.state === 'TIME_WAIT' || found?.state === 'CLOSE';
  return found && isOver && isMapped(found, 'src') ? found : null;
}

function siblingsOf(entries: readonly ConntrackEntry[], manip: Manip): Siblings {
  const known = cache.get(entries) ?? new Map<Manip, Siblings>();
  cache.set(entries, known);
  const before = known.get(manip);
  if (before) return before;
  const made = new Map<string, Set<number>>();
  for (const entry of entries) {
    for (const [key, port] of keysOf(entry, manip)) {
      const ports = made.get(key);
      if (ports) ports.add(port);
      else made.set(key, new Set([port]));
    }
  }
  known.set(manip, made);
  return made;
}

/** Both tuples of a connection without their port, and the port. */
function keysOf(
  { original, reply, zone }: { original: Tuple; reply: Tuple; zone: Zone },
  manip: Manip,
): readonly (readonly [key: string, port: number])[] {
  return [
    [siblingKey(original, manip, zoneIn(zone, 'original')), portIn(original, manip)],
    [siblingKey(reply, manip, zoneIn(zone, 'reply')), portIn(reply, manip)],
  ];
}

/** Where answers carry the port that a mapping chose: at their destination if the source was mapped. */
function portIn(reply: Tuple, manip: Manip): number {
  return manip === 'dst' || isIcmp(reply) ? reply.sport : reply.dport;
}

function siblingKey(reply: Tuple, manip: Manip, zone: number): string {
  const rest = manip === 'dst' || isIcmp(reply) ? reply.dport : reply.sport;
  return `${zone}|${reply.protocol}|${reply.source.bits}|${reply.destination.bits}|${rest}`;
}
