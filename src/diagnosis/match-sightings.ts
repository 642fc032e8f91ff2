import { type Address, formatAddress } from '../packet/address.ts';
import type { Packet } from '../packet/packet.ts';
import { netnsKey } from '../packet/place.ts';
import type { Outcome } from '../trace/trace.ts';
import type { ObservedSighting } from './observed-flow.ts';
import { type PredictedSighting, pointKey, predictedSightings } from './sighting.ts';

/** An outcome's predicted sightings, to be found by what was seen. */
export interface SightingIndex {
  readonly all: readonly PredictedSighting[];
  at(seen: ObservedSighting): readonly PredictedSighting[];
}

/**
 * Indexes the predictions. A capture of which only the node is known may be at any of its devices. A log line of a table that the snapshot does not have proves that the
 * hook ran, as LOG rules are added and removed: any table of that hook stands for it.
 */
export function indexSightings(outcome: Outcome): SightingIndex {
  const all = predictedSightings(outcome);
  const exact = new Map<string, PredictedSighting[]>();
  const byHook = new Map<string, PredictedSighting[]>();
  const bySide = new Map<string, PredictedSighting[]>();
  for (const sighting of all) {
    push(exact, exactKey(sighting), sighting);
    const hook = hookKey(sighting);
    if (hook !== null) push(byHook, hook, sighting);
    // What is inside another packet is not seen as itself.
    const open = sighting.point.kind === 'capture' && !sighting.headers.inner;
    if (open) push(bySide, somewhereKey(sighting), sighting);
  }
  return {
    all,
    at(seen) {
      if (seen.point.kind === 'capture-somewhere') return bySide.get(somewhereKey(seen)) ?? [];
      const found = exact.get(exactKey(seen));
      if (found) return found;
      const hook = hookKey(seen);
      return hook === null ? [] : (byHook.get(hook) ?? []);
    },
  };
}

type Placed = Pick<PredictedSighting, 'point' | 'direction' | 'kind'>;

function exactKey({ point, direction, kind }: Placed): string {
  return `${pointKey(point)} ${direction} ${kind}`;
}

function somewhereKey({ point, direction, kind }: Placed): string {
  return `${netnsKey(point.where)} ${direction} ${kind}`;
}

function hookKey({ point, direction, kind }: Placed): string | null {
  return point.kind === 'log'
    ? `${netnsKey(point.where)} ${point.hook} ${direction} ${kind}`
    : null;
}

function push<T>(map: Map<string, T[]>, key: string, value: T): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

/**
 * Whether what was seen has the predicted addresses. A capture is compared by the packet that is
 * carried, if it is carried in both; a log rule sees the packet itself, before or after what its
 * table rewrites, and the device its hook was given.
 */
export function sameHeaders(
  outcome: Outcome,
  predicted: PredictedSighting,
  seen: ObservedSighting,
): boolean {
  const { source, destination } = seen.packet;
  const wanted = ends(source, destination);
  if (predicted.point.kind === 'capture') {
    if (seen.carried !== (predicted.headers.inner !== undefined)) return false;
    const { source: from, destination: to } = innermost(predicted.headers);
    return ends(from, to) === wanted;
  }
  const { headers } = predicted;
  const step = outcome.packets[predicted.packet]?.steps[predicted.step];
  if (seen.oif !== null && step && step.oif !== seen.oif) return false;
  if (ends(headers.source, headers.destination) === wanted) return true;
  const steps = outcome.packets[predicted.packet]?.steps ?? [];
  return [steps[predicted.step], steps[predicted.step + 1]].some((step) => {
    if (!step || step.diff.length === 0) return false;
    const after = step.skb.packet;
    const now = { saddr: formatAddress(after.source), daddr: formatAddress(after.destination) };
    const before = { ...now };
    for (const { field, before: was } of step.diff) {
      if (field === 'saddr' || field === 'daddr') before[field] = was;
    }
    return [now, before].some(({ saddr, daddr }) => `${saddr} ${daddr}` === wanted);
  });
}

function ends(source: Address, destination: Address): string {
  return `${formatAddress(source)} ${formatAddress(destination)}`;
}

/** What the packet carries in the end, or itself. */
export function innermost(packet: Packet): Packet {
  let inmost = packet;
  while (inmost.inner) inmost = inmost.inner.packet;
  return inmost;
}
