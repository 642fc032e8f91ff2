import type { Sighting } from '../report.ts';
import { type BufferEvent, isLostWaiting } from './drop-events.ts';
import { etherTypeOf, LINKTYPE_ETHERNET } from './frame.ts';

/** A packet was freed, and what is known of where it was. */
export interface FreedBuffer {
  readonly event: BufferEvent & { readonly kind: 'freed' };
  /**
   * Where it had come in or left last; `nowhere` when it had passed no device, `elsewhere` when the last
   * one was not ours.
   */
  readonly last: Sighting | 'nowhere' | 'elsewhere';
}

/**
 * Nanoseconds by which an event may lie before the sighting of the same packet: the trace buffer's
 * text has microseconds, and two clocks are compared.
 */
const EARLY = 3_000;
/** Nanoseconds within which a packet that a device took is freed on its way up, also on a busy machine. */
const PASSING = 2_000_000;
/** Nanoseconds after which a sighting's own event is not waited for any more: it was taken. */
const STALE = 2_000_000;

const ETHERNET_HEADER = 14;

/** Freed buffers, and how many sightings' events or ends could not be told from those of others. */
export interface FreedBuffers {
  readonly freed: readonly FreedBuffer[];
  readonly untold: number;
}

/**
 * Ties the trace buffer's events to what packet sockets saw. The trace is of the whole machine and
 * knows neither namespaces nor packets, only names of devices, lengths and addresses of buffers: the
 * first event of a device's name and length after a sighting is that sighting's. From there on the
 * buffer's address leads to where it is freed. Where others on this machine use the same names and
 * lengths at the same time, a buffer that was theirs a moment ago is still theirs. `self` is how the
 * trace names this process.
 */
export function freedBuffers(
  events: readonly BufferEvent[],
  sightings: readonly Sighting[],
  self: string | null,
): FreedBuffers {
  const groups = groupSightings(sightings);
  for (const event of events) {
    if (event.kind === 'in' || event.kind === 'out') countEvent(groups, event);
  }
  const owners = new Map<string, Owner>();
  const freed: FreedBuffer[] = [];
  let unsure = 0;
  for (const event of events) {
    const owner = owners.get(event.buffer);
    if (event.kind === 'freed' || event.kind === 'consumed') {
      if (event.kind === 'freed') {
        const last = lastPlace(event, owner);
        if (last === 'nowhere' && mayBeLost(event, owner)) unsure++;
        freed.push({ event, last });
      }
      owners.delete(event.buffer);
      continue;
    }
    const group = groups.get(keyOf(event.kind, event.device, event.length));
    const next = group && nextSighting(group.waiting, event.time + EARLY);
    const isOurs =
      next !== undefined && (group?.surplus === 0 || isSurelyOurs(event.task, owner, self));
    if (group && isOurs) {
      group.waiting.shift();
      group.taken++;
    }
    const { time, task } = event;
    owners.set(event.buffer, { time, task, last: isOurs ? next : 'elsewhere' });
  }
  return { freed, untold: untold(groups) + unsure };
}

/** Sightings that got no event though there were more than enough of their name and length. */
function untold(groups: ReadonlyMap<string, Group>): number {
  let count = 0;
  for (const { surplus, size, taken } of groups.values()) if (surplus > 0) count += size - taken;
  return count;
}

/** The first sighting that is early enough; one that has waited too long gives way to the next. */
function nextSighting(waiting: Sighting[], before: number): Sighting | undefined {
  for (;;) {
    const [first, second] = waiting;
    if (!first || first.time > before) return undefined;
    if (!second || second.time > before || before - first.time < STALE) return first;
    waiting.shift();
  }
}

/**
 * Where others use the same names and lengths: what this process carries from device to device, as it
 * does with what its sockets send, and what a buffer of ours goes on to. Timers and busy processors have
 * other tasks do it; those events are nobody's, and count as untold.
 */
function isSurelyOurs(task: string, owner: Owner | undefined, self: string | null): boolean {
  if (self === null) return false;
  if (task.startsWith(`${self} `)) return true;
  return nameOf(task) !== nameOf(self) && owner !== undefined && owner.last !== 'elsewhere';
}

/** `node` of `node-29670 [000]`. */
function nameOf(task: string): string {
  return task.replace(/-\d+(?: .*)?$/, '');
}

/** The last device that a buffer passed. */
interface Owner {
  readonly time: number;
  readonly task: string;
  readonly last: Sighting | 'elsewhere';
}

/**
 * The kernel uses a buffer up in more ways than the trace has events for, and gives its address to a
 * new packet. A packet that is lost as it passes is lost by the task that took it from the device.
 */
function lastPlace(event: FreedBuffer['event'], owner: Owner | undefined): FreedBuffer['last'] {
  if (!owner) return 'nowhere';
  const { last } = owner;
  if (event.task !== owner.task && !isLostWaiting(event.reason)) return 'nowhere';
  if (last === 'elsewhere' || !last.packet) return last;
  return event.protocol === etherTypeOf(last.packet) ? last : 'nowhere';
}

/** Another task than the one that took a packet from its device frees it right then: it may be ours. */
function mayBeLost(event: FreedBuffer['event'], owner: Owner | undefined): boolean {
  if (!owner || owner.last === 'elsewhere' || event.time - owner.time > PASSING) return false;
  const { packet } = owner.last;
  return packet !== null && event.protocol === etherTypeOf(packet);
}

interface Group {
  readonly waiting: Sighting[];
  size: number;
  taken: number;
  /** How many more events than sightings there are: they are somebody else's. */
  surplus: number;
}

function groupSightings(sightings: readonly Sighting[]): Map<string, Group> {
  const groups = new Map<string, Group>();
  for (const sighting of sightings) {
    const key = keyOf(sighting.direction, sighting.device, lengthOf(sighting));
    const group = groups.get(key);
    const known = group ?? { waiting: [], size: 0, taken: 0, surplus: 0 };
    known.waiting.push(sighting);
    known.size++;
    groups.set(key, known);
  }
  for (const group of groups.values()) group.surplus = -group.size;
  return groups;
}

function countEvent(
  groups: ReadonlyMap<string, Group>,
  { kind, device, length }: BufferEvent & { readonly kind: 'in' | 'out' },
): void {
  const group = groups.get(keyOf(kind, device, length));
  if (group) group.surplus++;
}

function keyOf(direction: 'in' | 'out', device: string, length: number): string {
  return `${direction} ${length} ${device}`;
}

/** What the trace event says of this sighting's length: the link header is gone when it comes in. */
function lengthOf({ direction, frame, linkType }: Sighting): number {
  const header = linkType === LINKTYPE_ETHERNET && direction === 'in' ? ETHERNET_HEADER : 0;
  return frame.length / 2 - header;
}
