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
 * missing; where more fit, some are of other namespaces of this machine, and none is taken.
 */
export function placeDrops(
  freed: readonly FreedBuffer[],
  visits: readonly TimedVisit[],
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
    if (fitting.length > group.length) {
      ambiguous += group.length;
      continue;
    }
    for (const [i, event] of fitting.entries()) {
      const lost = group[i];
      if (!lost) break;
      unclaimed.delete(event);
      const { time, reason, location } = event;
      const { namespace, packet } = lost.last.visit;
      drops.push({ time, reason, location, namespace, device: null, packet });
    }
  }
  return { drops, ambiguous };
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
