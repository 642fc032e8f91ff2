import type { Draft, NetnsDraft } from '../draft.ts';
import { endOf } from './pair-captured.ts';
import type { SegmentDraft } from './segments.ts';

/** A pod's macvlan or ipvlan device is on the segment of the card below it. */
export function joinMacvlans(draft: Draft, segments: readonly SegmentDraft[]): void {
  for (const netns of draft.namespaces) {
    const { place } = netns;
    if (place.kind !== 'pod') continue;
    for (const link of netns.links) {
      if (netns.built.has(link.name) || !['macvlan', 'ipvlan'].includes(link.kind)) continue;
      const below = (holder: NetnsDraft, index: number): boolean =>
        holder.place.kind === 'node' &&
        holder.place.node === place.node &&
        index === link.other.index;
      const segment = segments.find(({ uplinks }) =>
        uplinks.some((uplink) => below(uplink.netns, uplink.link.index)),
      );
      if (!segment) continue;
      netns.built.add(link.name);
      segment.members.push(endOf(netns, link));
      draft.standIns.push({
        kind: 'device',
        place,
        subject: link.name,
        because: `a veth end on the segment of the card below stands in for a ${link.kind}`,
        source: link.source,
      });
    }
  }
}
