import type { NetnsState } from '../kernel/netns-state.ts';
import type { Segment } from '../kernel/network.ts';
import type { KubeFacts } from '../kube/facts.ts';
import { type Address, formatAddress, sameAddress } from '../packet/address.ts';
import { netnsKey } from '../packet/place.ts';
import { contains } from '../packet/prefix.ts';
import { type KnownPod, knownNeighbours, knownPods } from './known-pods.ts';
import type { SnapshotNote } from './snapshot.ts';
import { madeUpMac, STANDARD_DEVICE, standardNetns } from './standard-netns.ts';
import { ownAddresses, type Uplink } from './underlay.ts';

export interface PlacedHosts {
  readonly namespaces: readonly NetnsState[];
  readonly segments: readonly Segment[];
  readonly notes: readonly SnapshotNote[];
}

/**
 * Makes standard hosts of the addresses on a segment that endpoints and neighbours name. A
 * gateway and a cluster node that was not captured are no standard hosts: they forward, and have
 * tunnels, by facts that nobody gave; what is sent to them leaves what is known.
 */
export function placeHosts(
  namespaces: readonly NetnsState[],
  segments: readonly Segment[],
  facts: { readonly kube: KubeFacts; readonly uplinks: readonly Uplink[] },
): PlacedHosts {
  const { kube, uplinks } = facts;
  const taken = new Set(ownAddresses(namespaces));
  const routers = routerAddresses(namespaces, kube);
  const made: NetnsState[] = [];
  const joined = new Map<string, Segment>(segments.map((segment) => [segment.name, segment]));
  const notes: SnapshotNote[] = [];

  const place = (host: KnownPod, mac: string | null): void => {
    const address = host.addresses.find(({ family }) => family === 4) ?? host.addresses[0];
    if (!address) return;
    const text = formatAddress(address);
    if (taken.has(text) || routers.has(text)) return;
    const uplink = uplinks.find((u) => u.subnets.some((subnet) => contains(subnet, address)));
    const segment = [...joined.values()].find(
      (s) => uplink && s.members.some((m) => isUplink(m, uplink)),
    );
    const subnet = uplink?.subnets.find((candidate) => contains(candidate, address));
    if (!uplink || !subnet || !segment || segment.complete) return;
    taken.add(text);
    const netns = standardNetns({
      ref: { node: text, netns: null },
      origin: { kind: 'assumed', because: `${host.because} ${text}`, source: host.source },
      kernelRelease: undefined,
      mtu: uplink.addressed.mtu,
      ifindex: 2,
      mac: mac ?? neighbourMac(namespaces, address) ?? madeUpMac(address),
      kind: { kind: 'ethernet' },
      addresses: [
        {
          address,
          prefixLength: subnet.length,
          gateway: sharedGateway(namespaces, uplink, address.family),
        },
      ],
      sockets: host.sockets,
    });
    made.push(netns);
    const member = { netns: netns.ref, device: STANDARD_DEVICE };
    joined.set(segment.name, { ...segment, members: [...segment.members, member] });
    notes.push({
      code: 'assumed-host',
      where: netns.ref,
      values: { address: text, because: host.because, segment: segment.name },
      source: host.source,
    });
  };
  for (const pod of knownPods(kube)) {
    if (pod.because === 'endpoint') place(pod, null);
  }
  for (const host of namespaces) {
    if (host.ref.netns !== null || host.origin.kind !== 'captured') continue;
    for (const neighbour of knownNeighbours(host)) {
      const onUplink = uplinks.some(
        (u) => u.netns.node === host.ref.node && u.addressed.name === neighbour.device,
      );
      if (onUplink) place(neighbour, neighbour.mac);
    }
  }
  return { namespaces: [...namespaces, ...made], segments: [...joined.values()], notes };
}

function isUplink(member: Segment['members'][number], uplink: Uplink): boolean {
  return netnsKey(member.netns) === netnsKey(uplink.netns) && member.device === uplink.device;
}

/** Addresses that forward for others: gateways of routes, tunnel ends, Nodes not captured. */
function routerAddresses(namespaces: readonly NetnsState[], kube: KubeFacts): ReadonlySet<string> {
  const found: Address[] = [];
  for (const { routing, fdb, devices } of namespaces) {
    for (const { nexthops } of routing.routes ?? []) {
      for (const { gateway } of nexthops) if (gateway) found.push(gateway);
    }
    for (const { destination } of fdb ?? []) if (destination) found.push(destination);
    for (const { details } of devices ?? []) {
      if (details.kind === 'vxlan' && details.vxlan.remote) found.push(details.vxlan.remote);
      if (details.kind === 'tun' && details.tun.reader.kind === 'flannel-udp') {
        for (const lease of details.tun.reader.leases) found.push(lease.publicAddress);
      }
    }
  }
  for (const node of kube.nodes ?? []) found.push(...node.addresses.map((a) => a.address));
  return new Set(found.map(formatAddress));
}

function neighbourMac(namespaces: readonly NetnsState[], address: Address): string | null {
  for (const { neighbours } of namespaces) {
    const entry = neighbours?.find((n) => sameAddress(n.address, address));
    if (entry?.mac) return entry.mac;
  }
  return null;
}

/** The gateway that the nodes of a subnet use, when they agree: a host beside them uses it too. */
function sharedGateway(
  namespaces: readonly NetnsState[],
  uplink: Uplink,
  family: 4 | 6,
): Address | null {
  const gateways = new Map<string, Address>();
  for (const { ref, routing, origin } of namespaces) {
    if (ref.netns !== null || origin.kind !== 'captured') continue;
    for (const { destination, table, nexthops } of routing.routes ?? []) {
      if (destination.length !== 0 || destination.address.family !== family || table !== 'main')
        continue;
      for (const { gateway } of nexthops) {
        if (gateway && uplink.subnets.some((subnet) => contains(subnet, gateway))) {
          gateways.set(formatAddress(gateway), gateway);
        }
      }
    }
  }
  return gateways.size === 1 ? ([...gateways.values()][0] ?? null) : null;
}
