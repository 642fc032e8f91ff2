import type { Conversation } from '../evidence.ts';
import type { Observation } from '../observation.ts';
import { type FieldDifference, sightingDifferences } from './align.ts';

/** One conversation as two places saw it, packet by packet. */
export interface PlacesComparison {
  readonly conversation: Conversation;
  readonly packets: readonly ComparedPacket[];
}

export interface ComparedPacket {
  readonly journey: number;
  readonly direction: 'original' | 'reply';
  /** The first sighting at each place; null when the packet was not seen there. */
  readonly a: Observation | null;
  readonly b: Observation | null;
  /** Header fields that both show and that differ. */
  readonly differences: readonly FieldDifference[];
}

/**
 * Whether an observation was made at a place as people write it: `eth0`, `n1/eth0`, `n1/pod/eth0`, `n1/forward`,
 * `n1/forward/filter`, a file or its name, `n1`.
 */
export function isAt({ vantage, source }: Observation, place: string): boolean {
  const { node, netns, device, hook, table, label, group } = vantage;
  const file = source.file.split('/').at(-1);
  if ([group, source.file, file, label.trim()].includes(place)) return true;
  const host = node === null ? [] : [node, ...(netns === null ? [] : [netns])];
  const steps = [
    ...(vantage.kind === 'capture' && device !== null ? [[device]] : []),
    ...(hook === null ? [] : [[hook], ...(table === null ? [] : [[hook, table]])]),
  ];
  const names = steps.flatMap((step) => [step.join('/'), [...host, ...step].join('/')]);
  return names.includes(place) || (host.length > 0 && host.join('/') === place);
}

/** Lays the packets of conversations at two places beside each other; those that neither saw are left out. */
export function compareAtPlaces(
  conversations: readonly Conversation[],
  a: string,
  b: string,
): readonly PlacesComparison[] {
  return conversations.flatMap((conversation) => {
    const replies = new Set(conversation.replies);
    const packets = conversation.journeys.flatMap(({ id, sightings }): ComparedPacket[] => {
      const one = sightings.find((sighting) => isAt(sighting, a)) ?? null;
      const other = sightings.find((sighting) => isAt(sighting, b)) ?? null;
      if (!one && !other) return [];
      const differences = one && other ? sightingDifferences(one, other) : [];
      const direction = replies.has(id) ? 'reply' : 'original';
      return [{ journey: id, direction, a: one, b: other, differences }];
    });
    return packets.length === 0 ? [] : [{ conversation, packets }];
  });
}
