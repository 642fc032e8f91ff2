import { carry } from './carry.ts';
import type { Crossing, PacketEnd } from './passage.ts';
import type { PacketKind, PacketTrace } from './trace.ts';
import type { World } from './world.ts';

/** A packet without its way. */
export type Described = Omit<PacketTrace, 'steps' | 'visits'>;

/** Carries a packet to the end of its way. */
export function finish(world: World, crossing: Crossing): PacketEnd {
  return crossing.kind === 'end' ? crossing.end : carry(world, crossing.passage);
}

/** Keeps a packet with the steps that were recorded since the last one. */
export function push(world: World, packets: PacketTrace[], packet: Described): void {
  packets.push({
    ...packet,
    steps: world.run.takeSteps(),
    visits: world.run.takeVisits(),
  });
}

/** How a packet ended, without its way. */
export function describe(
  end: PacketEnd,
  direction: PacketTrace['direction'],
  kind: PacketKind,
): Described {
  const at = end.kernel?.netns.ref ?? null;
  const base = { direction, kind, at, dropReason: null };
  switch (end.kind) {
    case 'local':
      return { ...base, disposition: 'delivered' };
    case 'left':
      return { ...base, disposition: 'forwarded-out' };
    case 'looped':
      return { ...base, disposition: 'looped' };
    case 'unknown':
      return { ...base, disposition: 'unknown' };
    case 'dropped':
      return {
        ...base,
        disposition: end.rejected ? 'rejected' : 'dropped',
        dropReason: end.reason,
      };
  }
}
