import type { Drop } from '../report.ts';
import { etherTypeOf } from './frame.ts';
import type { FreedBuffer } from './freed-buffers.ts';
import type { TimedVisit } from './visit-times.ts';

/** Drops with their places, and how many could not be told from those of others. */
export interface PlacedDrops {
  readonly drops: readonly Drop[];
  readonly ambiguous: number;
}

/** Nanoseconds of rounding between a visit's bounds and the trace's microseconds. */
const ROUNDING = 3_000;

/**
 * Where packets were dropped. A sighting tells it for those that had passed a device. A packet that was
 * sent here and reached none is known by its visits: it was dropped in the hook that it never left,
 * or after its last one. It is paired with a freed buffer that no device had, if as many fit as are
 * missing. Where more fit, some are of other namespaces of this machine; then those are looked for
 * that cannot be: see `narrowed`. `self` is how the trace names this process.
 */
export function placeDrops(
  freed: readonly FreedBuffer[],
  visits: readonly TimedVisit[],
  self: string | null,
): PlacedDrops {
  const drops: Drop[] = [];
  for (const { event, last } of freed) {
    // What a kernel multicasts by itself is lost all the time, and is no flow's.
    if (typeof last === 'string' || !last.packet) continue;
    const { time, reason, location } = event;
    const { namespace, device, packet } = last;
    drops.push({ time, reason, location, namespace, device, packet });
  }
  let ambiguous = 0;
  const unclaimed = new Set(
    freed.filter(({ last }) => last === 'nowhere').map(({ event }) => event),
  );
  for (const group of lostTogether(visits)) {
    const fitting = [...unclaimed].filter((event) => group.some((lost) => fits(event, lost)));
    const found = fitting.length > group.length ? narrowed(fitting, group, visits, self) : fitting;
    if (found.length > group.length) ambiguous += group.length;
    else drops.push(...paired(found, inOrderOfFreeing(group)));
    for (const event of found) unclaimed.delete(event);
  }
  return { drops, ambiguous };
}

const DESTINATION_UNREACHABLE = 3;

/**
 * The error that a rule's REJECT sends is lost before the packet that it is about, which waits for the
 * rule's end. Linux: nft_reject_ipv4_eval(), reject_tg(): the error is sent, then the verdict is DROP.
 */
function inOrderOfFreeing(group: readonly Lost[]): readonly Lost[] {
  const ordered: Lost[] = [];
  for (const lost of group) {
    const { namespace, packet } = lost.last.visit;
    const before = ordered.at(-1);
    const isAbout =
      before?.inHook &&
      packet.icmp?.type === DESTINATION_UNREACHABLE &&
      before.last.visit.namespace === namespace;
    ordered.splice(isAbout ? -1 : ordered.length, 0, lost);
  }
  return ordered;
}

function paired(events: readonly FreedBuffer['event'][], group: readonly Lost[]): readonly Drop[] {
  return events.flatMap(({ time, reason, location }, i) => {
    const visit = group[i]?.last.visit;
    if (!visit) return [];
    const { namespace, packet } = visit;
    return [{ time, reason, location, namespace, device: null, packet }];
  });
}

/** Nanoseconds between an ICMP error and the end of the packet that it is about. */
const AFTER_ERROR = 1_000_000;

/**
 * Of too many buffers those that are surely ours: freed by this process, which sends in all our
 * namespaces; or freed right after the error that told the sender (a neighbour that did not answer).
 */
function narrowed(
  events: readonly FreedBuffer['event'][],
  group: readonly Lost[],
  visits: readonly TimedVisit[],
  self: string | null,
): readonly FreedBuffer['event'][] {
  const errors = visits.flatMap(({ visit }) => {
    const about = visit.packet.icmp?.quoted;
    const told = group.some(
      ({ last }) =>
        about?.ipId === last.visit.packet.ipId && visit.namespace === last.visit.namespace,
    );
    return about && told ? [visit.time] : [];
  });
  const sure = events.filter(
    ({ time, task }) =>
      (self !== null && task.startsWith(self)) ||
      errors.some((error) => Math.abs(time - error) < AFTER_ERROR),
  );
  return sure.length > 0 ? sure : events;
}

/** A packet that was sent in a namespace and was seen on no device of it. */
interface Lost {
  readonly inHook: boolean;
  readonly last: TimedVisit;
}

function fits(event: FreedBuffer['event'], { inHook, last }: Lost): boolean {
  const { time, reason, protocol } = event;
  // Of a buffer that no device had, this says nothing: others free theirs so after use.
  if (reason === 'NOT_SPECIFIED') return false;
  // A device without IPv6 ends a packet before POSTROUTING: another namespace's. Linux: ip6_output().
  if (reason === 'IPV6DISABLED' && last.visit.hook === 'postrouting') return false;
  if (protocol !== etherTypeOf(last.visit.packet)) return false;
  if (time < last.after - ROUNDING || (reason === 'NETFILTER_DROP') !== inHook) return false;
  return !inHook || time <= last.before + ROUNDING;
}

/** Packets that got lost between two reads, and in the same way: only their order tells them apart. */
function lostTogether(visits: readonly TimedVisit[]): readonly (readonly Lost[])[] {
  const groups = new Map<string, Lost[]>();
  for (const last of lastVisitsOfSent(visits)) {
    const { hook, edge } = last.visit;
    const inHook = edge === 'first';
    if (!inHook && hook === 'postrouting' && last.departure) continue;
    const key = `${inHook} ${last.after}`;
    const group = groups.get(key);
    if (group) group.push({ inHook, last });
    else groups.set(key, [{ inHook, last }]);
  }
  return [...groups.values()];
}

/** Where each packet was last that began in output. */
function lastVisitsOfSent(visits: readonly TimedVisit[]): readonly TimedVisit[] {
  const current = new Map<string, TimedVisit[]>();
  const all: TimedVisit[][] = [];
  for (const timed of visits) {
    const { namespace, skb, hook, edge } = timed.visit;
    const key = `${skb} ${namespace}`;
    if (hook === 'output' && edge === 'first') {
      const begun = [timed];
      current.set(key, begun);
      all.push(begun);
    } else if (hook === 'output' || hook === 'postrouting') {
      current.get(key)?.push(timed);
    } else {
      current.delete(key);
    }
  }
  return all.flatMap((of) => of.at(-1) ?? []);
}
