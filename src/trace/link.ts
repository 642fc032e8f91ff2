import type { DeviceRef } from '../kernel/device/device.ts';
import { deviceNamed } from '../kernel/device/find-device.ts';
import { type FrameTarget, isFrameFor } from '../kernel/device/frame-target.ts';
import type { NetnsState } from '../kernel/netns-state.ts';
import type { Network } from '../kernel/network.ts';
import { netnsKey, sameNetns } from '../packet/place.ts';
import { segmentOf, wirePeer } from './world.ts';

/** The ports of a bridge, by name. */
function portsOf(netns: NetnsState, bridge: string): readonly string[] {
  return (netns.devices ?? [])
    .filter((device) => device.master === bridge)
    .map((device) => device.name);
}

/**
 * Whether a frame that is sent out of a device can reach whom it is for: over a wire, through
 * bridges, on a segment. Each device is visited once.
 */
export function linkReaches(
  network: Network,
  netns: NetnsState,
  device: string,
  target: FrameTarget,
  visited: Set<string> = new Set(),
): boolean {
  const key = `${netnsKey(netns.ref)} ${device}`;
  if (visited.has(key)) return false;
  visited.add(key);
  const peer = wirePeer(network, netns, device);
  if (peer) return endReaches(network, peer, target, visited);
  const segment = segmentOf(network, netns, device);
  return (segment?.members ?? []).some(
    (member) =>
      !(netnsKey(member.netns) === netnsKey(netns.ref) && member.device === device) &&
      endReaches(network, member, target, visited),
  );
}

function endReaches(
  network: Network,
  end: DeviceRef,
  target: FrameTarget,
  visited: Set<string>,
): boolean {
  const netns = network.namespaces.get(netnsKey(end.netns));
  if (!netns) return false;
  const master = bridgeOf(netns, end.device);
  if (endsAt(target, netns, master ?? end.device)) return true;
  if (master === null) return false;
  return portsOf(netns, master).some(
    (port) => port !== end.device && linkReaches(network, netns, port, target, visited),
  );
}

/** Whether the IP stack behind a device takes a frame. */
function endsAt(target: FrameTarget, netns: NetnsState, device: string): boolean {
  if (target.kind !== 'device') return isFrameFor(netns, target);
  return sameNetns(netns.ref, target.end.netns) && target.end.device === device;
}

/** The bridge that a device is a port of, or null. */
function bridgeOf(netns: NetnsState, device: string): string | null {
  const master = deviceNamed(netns, device)?.master ?? null;
  return master !== null && deviceNamed(netns, master)?.details.kind === 'bridge' ? master : null;
}

/** The IP stacks that hear a broadcast. */
export interface LinkEnds {
  /** The device that the stack has there: of a bridge's port the bridge. */
  readonly ends: readonly DeviceRef[];
  /** False where a device leads to what nobody captured. */
  readonly complete: boolean;
}

/**
 * Who hears a broadcast that is sent out of a device, or out of all ports of a bridge. `any-port`:
 * also through ports that let nothing pass. Linux: br_flood(), should_deliver().
 */
export function linkEnds(
  network: Network,
  netns: NetnsState,
  device: string,
  ports: 'open-ports' | 'any-port',
): LinkEnds {
  const isOpen = (there: NetnsState, from: string | null, to: string): boolean => {
    if (ports === 'any-port') return true;
    const port = deviceNamed(there, to)?.bridgePort;
    const source = from === null ? null : deviceNamed(there, from)?.bridgePort;
    if (port && port.state !== 'forwarding') return false;
    return !(port?.isolated && source?.isolated);
  };
  const ends: DeviceRef[] = [];
  const visited = new Set<string>();
  let complete = true;
  const arrive = (end: DeviceRef): void => {
    const there = network.namespaces.get(netnsKey(end.netns));
    if (!there) {
      complete = false;
      return;
    }
    const key = `${netnsKey(end.netns)} ${end.device}`;
    if (visited.has(key)) return;
    visited.add(key);
    if (deviceNamed(there, end.device)?.up === false) return;
    const bridge = bridgeOf(there, end.device);
    if (bridge !== null && !isOpen(there, null, end.device)) return;
    ends.push({ netns: end.netns, device: bridge ?? end.device });
    if (bridge === null) return;
    for (const port of portsOf(there, bridge)) {
      if (port !== end.device && isOpen(there, end.device, port)) leave(there, port);
    }
  };
  const leave = (from: NetnsState, port: string): void => {
    const key = `${netnsKey(from.ref)} ${port}`;
    if (visited.has(key)) return;
    visited.add(key);
    if (deviceNamed(from, port)?.carrier === false) return;
    const peer = wirePeer(network, from, port);
    if (peer) {
      arrive(peer);
      return;
    }
    const segment = segmentOf(network, from, port);
    if (!segment?.complete) complete = false;
    for (const member of segment?.members ?? []) {
      if (!(sameNetns(member.netns, from.ref) && member.device === port)) arrive(member);
    }
  };
  if (deviceNamed(netns, device)?.details.kind !== 'bridge') leave(netns, device);
  else {
    for (const port of portsOf(netns, device)) if (isOpen(netns, null, port)) leave(netns, port);
  }
  return { ends, complete };
}

/** The port of a bridge behind which a frame's receiver is, or null. */
export function portTowards(
  network: Network,
  netns: NetnsState,
  bridge: string,
  target: FrameTarget,
): string | null {
  for (const port of portsOf(netns, bridge)) {
    if (linkReaches(network, netns, port, target)) return port;
  }
  return null;
}
