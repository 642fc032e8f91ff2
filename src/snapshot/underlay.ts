import type { Device } from '../kernel/device/device.ts';
import type { NetnsState } from '../kernel/netns-state.ts';
import type { Network, Segment, SegmentMember, Stack, Wire } from '../kernel/network.ts';
import { formatAddress } from '../packet/address.ts';
import type { Issue, Parsed } from '../packet/issue.ts';
import { type NetnsRef, netnsKey, sameNetns } from '../packet/place.ts';
import { formatPrefix, network, type Prefix } from '../packet/prefix.ts';
import { error } from './make-issue.ts';
import type { SnapshotNote } from './snapshot.ts';
import type { DeclaredUnderlay } from './snapshot-json.ts';

/** A device by which a node reaches other nodes. */
export interface Uplink {
  readonly netns: NetnsRef;
  /** The device that has the cable. */
  readonly device: string;
  /** The device that has the addresses: the same, or the bridge it is a port of. */
  readonly addressed: Device;
  readonly subnets: readonly Prefix[];
}

/**
 * Finds the segments between nodes. What `snapshot.json` declares counts; the other uplinks are
 * on one segment when they share a subnet.
 */
export function findSegments(
  namespaces: readonly NetnsState[],
  { wires, stacks }: Pick<Network, 'wires'> & { readonly stacks: readonly Stack[] },
  declared: DeclaredUnderlay | null,
): Parsed<readonly Segment[]> & { readonly notes: readonly SnapshotNote[] } {
  const issues: Issue[] = [];
  const notes: SnapshotNote[] = [];
  const segments: Segment[] = [];
  const placed = new Set<string>();
  for (const segment of declared?.segments ?? []) {
    const members: SegmentMember[] = [];
    for (const { node, netns, device } of segment.members) {
      const member = { netns: { node, netns }, device };
      const state = namespaces.find((n) => netnsKey(n.ref) === netnsKey(member.netns));
      if (state?.devices && !state.devices.some((d) => d.name === device)) {
        const detail = `${netnsKey(member.netns)} has no device ${device}`;
        issues.push(error('no-such-device', declared?.source ?? NO_SOURCE, detail));
        continue;
      }
      members.push(member);
      placed.add(memberKey(member));
    }
    segments.push({
      name: segment.name,
      members,
      complete:
        (declared?.complete ?? false) && !namespaces.some((netns) => sharesCards(netns, stacks)),
      filters: segment.filters ?? declared?.filters ?? 'unknown',
      origin: 'declared',
      source: declared?.source ?? null,
    });
  }
  const rest = findUplinks(namespaces, wires).filter(
    (uplink) =>
      !placed.has(memberKey(uplink)) && !standsOnOneOf(placed, uplink, namespaces, stacks),
  );
  for (const group of groupBySubnet(rest)) {
    const name = groupName(group);
    segments.push({
      name,
      members: group.map(({ netns, device }) => ({ netns, device })),
      complete: false,
      filters: 'unknown',
      origin: 'subnet',
      source: group[0]?.addressed.source ?? null,
    });
    const members = group.map(({ netns, device }) => `${netnsKey(netns)} ${device}`).join(', ');
    notes.push({
      code: 'inferred-segment',
      where: null,
      values: { segment: name, members },
      source: group[0]?.addressed.source ?? null,
    });
  }
  return { value: segments, issues, notes };
}

/**
 * Whether a namespace has devices that listen on a card under addresses of their own, and it is not known
 * how (ipvlan) or where: what the listed members have is then not all that a segment answers for.
 */
function sharesCards({ ref, devices }: NetnsState, stacks: readonly Stack[]): boolean {
  return (devices ?? []).some(({ name, details }) => {
    if (details.kind === 'other') return /^(?:mac|ip)v(?:lan|tap)$/.test(details.infoKind);
    if (details.kind !== 'macvlan') return false;
    return !stacks.some(({ upper }) => sameNetns(upper.netns, ref) && upper.device === name);
  });
}

/** Whether a VLAN, macvlan or bond has its wire by a device that has its place already. */
function standsOnOneOf(
  placed: ReadonlySet<string>,
  { netns, device }: SegmentMember,
  namespaces: readonly NetnsState[],
  stacks: readonly Stack[],
): boolean {
  const below = stacks
    .filter(({ upper }) => sameNetns(upper.netns, netns) && upper.device === device)
    .map(({ lower }) => lower);
  const ports = (namespaces.find(({ ref }) => sameNetns(ref, netns))?.devices ?? [])
    .filter(({ master }) => master === device)
    .map(({ name }) => ({ netns, device: name }));
  return [...below, ...ports].some(
    (lower) => placed.has(memberKey(lower)) || standsOnOneOf(placed, lower, namespaces, stacks),
  );
}

const NO_SOURCE = { file: 'snapshot.json', line: 1 };

function memberKey(member: SegmentMember): string {
  return `${netnsKey(member.netns)} ${member.device}`;
}

/** Devices of hosts that lead out: cards, and veth ends whose other end was not captured. */
export function findUplinks(
  namespaces: readonly NetnsState[],
  wires: readonly Wire[],
): readonly Uplink[] {
  const wired = new Set(
    wires.flatMap(({ a, b }) => [a, b]).map(({ netns, device }) => `${netnsKey(netns)} ${device}`),
  );
  const uplinks: Uplink[] = [];
  for (const { ref, devices, origin } of namespaces) {
    if (ref.netns !== null || origin.kind === 'assumed') continue;
    for (const device of devices ?? []) {
      if (wired.has(`${netnsKey(ref)} ${device.name}`) || !leadsOut(device)) continue;
      const master = devices?.find((d) => d.name === device.master);
      const bridge = master?.details.kind === 'bridge' ? master : undefined;
      // A bridge's veth ports lead to pods; only a card among them leads out.
      if (bridge && device.details.kind !== 'ethernet') continue;
      if (master && !bridge) continue;
      const addressed = bridge ?? device;
      const subnets = subnetsOf(addressed);
      if (subnets.length > 0) uplinks.push({ netns: ref, device: device.name, addressed, subnets });
    }
  }
  return uplinks;
}

/** Kinds of `ip link` that stand for a network card although they are no card. */
const CARD_LIKE = new Set(['team', 'ipvlan', 'hsr', 'failover']);

function leadsOut({ details }: Device): boolean {
  switch (details.kind) {
    case 'ethernet':
    case 'veth':
    case 'bond':
    case 'vlan':
    case 'macvlan':
      return true;
    case 'other':
      return CARD_LIKE.has(details.infoKind);
    default:
      return false;
  }
}

/** The subnets of a device that others can be in; a host's own /32 or a link-local one is none. */
export function subnetsOf(device: Device): readonly Prefix[] {
  return device.addresses.flatMap(({ address, prefixLength, scope }) => {
    const full = address.family === 4 ? 32 : 128;
    if (scope !== 'global' || prefixLength === full || prefixLength === 0) return [];
    return [network({ address, length: prefixLength })];
  });
}

function groupBySubnet(uplinks: readonly Uplink[]): readonly (readonly Uplink[])[] {
  const groups: { members: Uplink[]; subnets: Set<string> }[] = [];
  for (const uplink of uplinks) {
    const subnets = new Set(uplink.subnets.map(formatPrefix));
    const same = groups.filter((group) => [...subnets].some((s) => group.subnets.has(s)));
    const joined = { members: [uplink], subnets };
    for (const group of same) {
      joined.members.unshift(...group.members);
      for (const subnet of group.subnets) joined.subnets.add(subnet);
      groups.splice(groups.indexOf(group), 1);
    }
    groups.push(joined);
  }
  return groups.map((group) => group.members);
}

/** A segment is called by its first subnet, IPv4 before IPv6. */
function groupName(group: readonly Uplink[]): string {
  const subnets = group.flatMap((uplink) => uplink.subnets);
  const first = subnets.find((s) => s.address.family === 4) ?? subnets[0];
  return first ? formatPrefix(first) : 'underlay';
}

/** All own addresses of a set of namespaces, as printed. */
export function ownAddresses(namespaces: readonly NetnsState[]): ReadonlySet<string> {
  return new Set(
    namespaces.flatMap((netns) =>
      (netns.devices ?? []).flatMap((device) =>
        device.addresses.map(({ address }) => formatAddress(address)),
      ),
    ),
  );
}
