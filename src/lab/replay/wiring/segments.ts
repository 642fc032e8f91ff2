import type { CableEnd, Segment } from '../../topology/topology.ts';
import { type Draft, factOf, type NetnsDraft } from '../draft.ts';
import { type OwnAddress, subnetsOf } from '../ipv4-subnet.ts';
import type { CapturedSnapshot } from '../read/captured.ts';
import type { Link } from '../read/links.ts';
import { flagOf, recordOf, recordsOf, textOf } from '../read/records.ts';
import { endOf } from './pair-captured.ts';

/** A device by which a node reaches others. */
export interface Uplink {
  readonly netns: NetnsDraft;
  /** The device that has the cable. */
  readonly link: Link;
  /** The device that has the addresses: the same, or the bridge it is a port of. */
  readonly addressed: Link;
  readonly subnets: readonly OwnAddress[];
}

/** A segment while stand-ins join it. */
export interface SegmentDraft {
  readonly name: string;
  readonly uplinks: readonly Uplink[];
  /** Nothing else is on it, says `snapshot.json`. */
  readonly complete: boolean;
  readonly members: CableEnd[];
}

/** Kinds of `ip link` that stand for a card although they are none. */
const CARD_LIKE = new Set(['bond', 'team', 'vlan', 'macvlan', 'ipvlan', 'hsr', 'failover']);

/** Segments as `snapshot.json` declares them; the other uplinks are together when they share a subnet. */
export function planSegments(
  draft: Draft,
  declaration: CapturedSnapshot['declaration'],
): readonly SegmentDraft[] {
  const uplinks = findUplinks(draft);
  const underlay = declaration ? recordOf(declaration.value, 'underlay') : {};
  const file = declaration?.file ?? '';
  const segments: SegmentDraft[] = [];
  const placed = new Set<Link>();
  for (const declared of recordsOf(underlay, 'segments')) {
    const members: Uplink[] = [];
    for (const member of recordsOf(declared, 'members')) {
      const found = declaredUplink(draft, member);
      if (!found || placed.has(found.link)) continue;
      placed.add(found.link);
      members.push(found);
    }
    segments.push(segmentOf(members, segments.length, flagOf(underlay, 'complete')));
  }
  const filtered = [underlay, ...recordsOf(underlay, 'segments')];
  if (filtered.some((of) => recordsOf(of, 'filters').length > 0)) {
    draft.notRebuilt.push({
      code: 'extra',
      subject: 'filters of the underlay',
      place: { kind: 'outside' },
      device: null,
      family: null,
      source: { file, line: 1 },
      why: { kind: 'unsupported', text: 'filters between nodes' },
    });
  }
  for (const group of bySubnet(uplinks.filter(({ link }) => !placed.has(link)))) {
    const segment = segmentOf(group, segments.length, false);
    segments.push(segment);
    draft.standIns.push({
      kind: 'segment',
      place: { kind: 'outside' },
      subject: `segment of ${group.map(({ netns, link }) => `${netns.name} ${link.name}`).join(', ')}`,
      because: `they share ${group[0]?.subnets[0]?.subnet}`,
      source: group[0]?.addressed.source ?? null,
    });
  }
  return segments;
}

/** What the laboratory builds of the drafts. */
export function finishSegments(draft: Draft, segments: readonly SegmentDraft[]): void {
  for (const { name, members } of segments) {
    const mtu = Math.max(1500, ...members.map((member) => member.mtu ?? 0));
    draft.segments.push({ name, members, mtu } satisfies Segment);
  }
}

function segmentOf(uplinks: readonly Uplink[], index: number, complete: boolean): SegmentDraft {
  for (const { netns, link } of uplinks) netns.built.add(link.name);
  const members = uplinks.map(({ netns, link }) => endOf(netns, link));
  return { name: `u${index}`, uplinks, complete, members };
}

function declaredUplink(
  draft: Draft,
  member: Readonly<Record<string, unknown>>,
): Uplink | undefined {
  const node = textOf(member, 'node');
  const pod = textOf(member, 'netns');
  const device = textOf(member, 'device');
  const netns = draft.namespaces.find(
    ({ place }) =>
      (place.kind === 'node' && pod === null && place.node === node) ||
      (place.kind === 'pod' && place.node === node && place.netns === pod),
  );
  const link = netns?.links.find(({ name }) => name === device);
  if (!netns || !link || netns.built.has(link.name) || link.kind === 'loopback') return undefined;
  return uplinkOf(netns, link);
}

function uplinkOf(netns: NetnsDraft, link: Link): Uplink {
  const master = netns.links.find(({ name }) => name === link.master);
  const addressed = master?.kind === 'bridge' ? master : link;
  return { netns, link, addressed, subnets: subnetsOf(addressed) };
}

/** Cards, and veth ends whose other end was not captured, that have a subnet. */
function findUplinks(draft: Draft): readonly Uplink[] {
  return draft.namespaces.flatMap((netns) =>
    netns.place.kind !== 'node'
      ? []
      : netns.links.flatMap((link): readonly Uplink[] => {
          if (netns.built.has(link.name) || !leadsOut(link)) return [];
          // A bridge's veth ports lead to pods; a port of something else is not used by itself.
          const uplink = uplinkOf(netns, link);
          if (link.master !== null && (uplink.addressed === link || link.kind !== 'ethernet')) {
            return [];
          }
          return uplink.subnets.length > 0 && link.carrier && link.up ? [uplink] : [];
        }),
  );
}

function leadsOut({ kind }: Link): boolean {
  return kind === 'ethernet' || kind === 'veth' || CARD_LIKE.has(kind);
}

function bySubnet(uplinks: readonly Uplink[]): readonly (readonly Uplink[])[] {
  let groups: Uplink[][] = [];
  for (const uplink of uplinks) {
    const own = new Set(uplink.subnets.map(({ subnet }) => subnet));
    const shares = (group: Uplink[]): boolean =>
      group.some(({ subnets }) => subnets.some(({ subnet }) => own.has(subnet)));
    const joined = [...groups.filter(shares).flat(), uplink];
    groups = [...groups.filter((group) => !shares(group)), joined];
  }
  return groups;
}

/** Note for a device that is a stand-in for one of a kind that the laboratory does not make. */
export function cardStandIns(draft: Draft, segments: readonly SegmentDraft[]): void {
  for (const { netns, link } of segments.flatMap(({ uplinks }) => uplinks)) {
    if (link.kind === 'veth') continue;
    draft.standIns.push({
      kind: 'device',
      place: netns.place,
      subject: link.name,
      because: `a veth end stands in for a device of kind ${link.kind}`,
      source: factOf(netns, 'device', link.name, { source: link.source }).source,
    });
  }
}
