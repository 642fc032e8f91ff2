import type { Hook } from '../../linux/hook.ts';
import type { EvidenceGroup, Side } from '../evidence.ts';
import type { Observation } from '../observation.ts';

/** Where on its path a packet was seen, so that two packets can be laid beside each other. */
export interface StepPlace {
  readonly kind: 'log' | 'capture';
  readonly node: string | null;
  readonly netns: string | null;
  readonly side: Side | null;
  readonly hook: Hook | null;
  readonly table: string | null;
  readonly device: string | null;
  /** A log's prefix. */
  readonly label: string;
  readonly encapsulated: boolean;
}

/** The side of each group whose side is known. */
export type Sides = ReadonlyMap<string, Side>;

export function sidesOf(groups: readonly EvidenceGroup[]): Sides {
  const sides = new Map<string, Side>();
  for (const { id, side } of groups) if (side) sides.set(id, side);
  return sides;
}

export function placeOf(observation: Observation, sides: Sides): StepPlace {
  const { kind, node, netns, hook, table, device, label, group } = observation.vantage;
  return {
    kind,
    node,
    netns,
    side: sides.get(group) ?? null,
    hook,
    table,
    device,
    label: kind === 'log' ? label : '',
    encapsulated: observation.packet.inner !== null,
  };
}

/** Each place once. */
export function uniquePlaces(
  observations: readonly Observation[],
  sides: Sides,
): readonly StepPlace[] {
  const places = new Map<string, StepPlace>();
  for (const observation of observations) {
    const { vantage, packet } = observation;
    const key = `${vantage.group} ${vantage.device} ${vantage.label} ${packet.inner !== null}`;
    if (!places.has(key)) places.set(key, placeOf(observation, sides));
  }
  return [...places.values()];
}

/** Whether two places are one as far as they are known. */
export function samePlace(a: StepPlace, b: StepPlace): boolean {
  if (a.kind !== b.kind || a.netns !== b.netns || a.encapsulated !== b.encapsulated) return false;
  if (a.node !== null && b.node !== null ? a.node !== b.node : conflict(a.side, b.side))
    return false;
  if (a.kind === 'capture') return !conflict(a.device, b.device);
  return a.hook === null ? a.label === b.label : a.hook === b.hook && a.table === b.table;
}

function conflict(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a !== b;
}
