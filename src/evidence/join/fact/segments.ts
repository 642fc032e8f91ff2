import type { Conversation, Journey } from '../../evidence.ts';
import type { Fact } from '../../fact.ts';
import { DIRECTIONS, flowView, tcpOf } from './flow-view.ts';

type Segmented = Extract<Fact, { kind: 'segmented' }>;

interface Range {
  readonly journey: Journey;
  readonly from: number;
  readonly to: number;
  readonly groups: ReadonlySet<string>;
}

/** Large segments that are still open while the next ones begin. */
const OPEN = 8;

/**
 * Offload lets a host see one large segment where the wire has several. They are told by their
 * numbers: the small ones lie within the large one, and no place saw both.
 */
export function segmented(
  conversation: Pick<Conversation, 'journeys' | 'replies'>,
): readonly Segmented[] {
  const view = flowView(conversation);
  return DIRECTIONS.flatMap((direction) => {
    const ranges = view[direction].flatMap((journey) => rangeOf(journey) ?? []);
    const pieces = new Map<Range, number[]>();
    const open: Range[] = [];
    for (const range of ranges.toSorted((a, b) => a.from - b.from || b.to - a.to)) {
      const large = open.find((other) => covers(other, range));
      if (large) {
        const known = pieces.get(large);
        if (known) known.push(range.journey.id);
        else pieces.set(large, [range.journey.id]);
        continue;
      }
      open.unshift(range);
      if (open.length > OPEN) open.pop();
    }
    return [...pieces].map(
      ([{ journey }, ids]): Segmented => ({ kind: 'segmented', journey: journey.id, pieces: ids }),
    );
  });
}

function rangeOf(journey: Journey): Range | null {
  const tcp = tcpOf(journey);
  const length = tcp?.payloadLength ?? 0;
  if (!tcp || tcp.sequence === null || length === 0) return null;
  const groups = new Set(
    journey.sightings.map(({ vantage, packet }) => `${vantage.group} ${packet.inner === null}`),
  );
  return { journey, from: tcp.sequence, to: tcp.sequence + length, groups };
}

function covers(large: Range, small: Range): boolean {
  if (small.from < large.from || small.to > large.to) return false;
  if (small.to - small.from === large.to - large.from) return false;
  for (const group of small.groups) if (large.groups.has(group)) return false;
  return true;
}
