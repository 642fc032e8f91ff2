import type { DeviceRef } from '../kernel/device/device.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { NetnsState } from '../kernel/netns-state.ts';
import type { Network, Segment } from '../kernel/network.ts';
import { type NetnsRef, netnsKey } from '../packet/place.ts';
import type { RunRecord } from './run-record.ts';

/** The network during one run. */
export interface World {
  readonly network: Network;
  readonly run: RunRecord;
}

/** The kernel of a namespace, or null when the namespace is not known. */
export function kernelOf(world: World, ref: NetnsRef): Kernel | null {
  const netns = world.network.namespaces.get(netnsKey(ref));
  return netns ? { netns, run: world.run } : null;
}

interface Cabling {
  readonly peers: ReadonlyMap<string, DeviceRef>;
  readonly segments: ReadonlyMap<string, Segment>;
  readonly lower: ReadonlyMap<string, DeviceRef>;
  readonly uppers: ReadonlyMap<string, readonly DeviceRef[]>;
}

const cache = new WeakMap<Network, Cabling>();

function cablingOf(network: Network): Cabling {
  const known = cache.get(network);
  if (known) return known;
  const peers = new Map<string, DeviceRef>();
  for (const { a, b } of network.wires) {
    peers.set(endKey(a.netns, a.device), b);
    peers.set(endKey(b.netns, b.device), a);
  }
  const segments = new Map<string, Segment>();
  for (const segment of network.segments) {
    for (const member of segment.members) {
      segments.set(endKey(member.netns, member.device), segment);
    }
  }
  const lower = new Map<string, DeviceRef>();
  const uppers = new Map<string, DeviceRef[]>();
  for (const stack of network.stacks ?? []) {
    lower.set(endKey(stack.upper.netns, stack.upper.device), stack.lower);
    const key = endKey(stack.lower.netns, stack.lower.device);
    const known = uppers.get(key);
    if (known) known.push(stack.upper);
    else uppers.set(key, [stack.upper]);
  }
  const cabling = { peers, segments, lower, uppers };
  cache.set(network, cabling);
  return cabling;
}

function endKey(netns: NetnsRef, device: string): string {
  return `${netnsKey(netns)} ${device}`;
}

/** The other end of a veth, when both ends are known. */
export function wirePeer(network: Network, netns: NetnsState, device: string): DeviceRef | null {
  return cablingOf(network).peers.get(endKey(netns.ref, device)) ?? null;
}

/** The underlay segment a device is on, or null. */
export function segmentOf(network: Network, netns: NetnsState, device: string): Segment | null {
  return cablingOf(network).segments.get(endKey(netns.ref, device)) ?? null;
}

/** The device that a VLAN or macvlan sends and receives by; null for others, and where it is not known. */
export function lowerOf(network: Network, netns: NetnsState, device: string): DeviceRef | null {
  return cablingOf(network).lower.get(endKey(netns.ref, device)) ?? null;
}

/** The VLANs and macvlans on top of a device. */
export function uppersOf(network: Network, { netns, device }: DeviceRef): readonly DeviceRef[] {
  return cablingOf(network).uppers.get(endKey(netns, device)) ?? [];
}
