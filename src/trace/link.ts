import { vlanPass } from '../kernel/device/bridge-vlan.ts';
import type { DeviceRef } from '../kernel/device/device.ts';
import { deviceNamed } from '../kernel/device/find-device.ts';
import { type FrameTarget, isFrameFor } from '../kernel/device/frame-target.ts';
import type { NetnsState } from '../kernel/netns-state.ts';
import type { Network } from '../kernel/network.ts';
import { netnsKey, sameNetns } from '../packet/place.ts';
import { entersAt, type FrameEnd, leavesTo, portsOf } from './frame-path.ts';

/**
 * Whether a frame that is sent out of a device can reach whom it is for: over a wire, through
 * bridges, on a segment, through devices on top of others. Each device is visited once.
 */
export function linkReaches(
  network: Network,
  netns: NetnsState,
  device: string,
  target: FrameTarget,
  vlan: number | null = null,
  visited: Set<string> = new Set(),
): boolean {
  const key = `${netnsKey(netns.ref)} ${device} ${vlan}`;
  if (visited.has(key)) return false;
  visited.add(key);
  return leavesTo(network, netns, device, vlan).ends.some((end) =>
    endReaches(network, end, target, visited),
  );
}

/** Whether a frame that comes in by a device reaches whom it is for. */
export function endReaches(
  network: Network,
  end: FrameEnd,
  target: FrameTarget,
  visited: Set<string> = new Set(),
): boolean {
  const netns = network.namespaces.get(netnsKey(end.netns));
  if (!netns) return false;
  const { stack, bridge, up } = entersAt(network, netns, end);
  if (stack && endsAt(target, netns, stack.device)) return true;
  if (up.some((upper) => endReaches(network, upper, target, visited))) return true;
  if (bridge === null) return false;
  return portsOf(netns, bridge).some(
    (port) => port !== end.device && linkReaches(network, netns, port, target, end.vlan, visited),
  );
}

/** Whether the IP stack behind a device takes a frame. */
function endsAt(target: FrameTarget, netns: NetnsState, device: string): boolean {
  if (target.kind !== 'device') return isFrameFor(netns, target);
  return sameNetns(netns.ref, target.end.netns) && target.end.device === device;
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
  const crosses = (there: NetnsState, bridge: string, end: FrameEnd, to: string): boolean =>
    ports === 'any-port' ||
    vlanPass(there, bridge, { from: end.device, to, vlan: end.vlan }).kind !== 'drop';
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
  const arrive = (end: FrameEnd): void => {
    const there = network.namespaces.get(netnsKey(end.netns));
    if (!there) {
      complete = false;
      return;
    }
    const key = `${netnsKey(end.netns)} ${end.device} ${end.vlan}`;
    if (visited.has(key)) return;
    visited.add(key);
    if (deviceNamed(there, end.device)?.up === false) return;
    const { stack, bridge, up } = entersAt(network, there, end);
    if (bridge !== null && !isOpen(there, null, end.device)) return;
    if (stack && (bridge === null || crosses(there, bridge, end, bridge))) ends.push(stack);
    for (const upper of up) arrive(upper);
    if (bridge === null) return;
    for (const port of portsOf(there, bridge)) {
      if (port === end.device || !isOpen(there, end.device, port)) continue;
      if (crosses(there, bridge, end, port)) leave(there, port, end.vlan);
    }
  };
  const leave = (from: NetnsState, port: string, vlan: number | null): void => {
    const key = `${netnsKey(from.ref)} ${port} ${vlan}`;
    if (visited.has(key)) return;
    visited.add(key);
    if (deviceNamed(from, port)?.carrier === false) return;
    const next = leavesTo(network, from, port, vlan);
    if (!next.complete) complete = false;
    next.ends.forEach(arrive);
  };
  if (deviceNamed(netns, device)?.details.kind !== 'bridge') leave(netns, device, null);
  else {
    for (const port of portsOf(netns, device)) {
      const own = { netns: netns.ref, device, vlan: null };
      if (isOpen(netns, null, port) && crosses(netns, device, own, port)) leave(netns, port, null);
    }
  }
  return { ends, complete };
}

/** The port of a bridge or bond behind which a frame's receiver is, or null. */
export function portTowards(
  network: Network,
  netns: NetnsState,
  bridge: string,
  target: FrameTarget,
  vlan: number | null = null,
): string | null {
  for (const port of portsOf(netns, bridge)) {
    if (linkReaches(network, netns, port, target, vlan)) return port;
  }
  return null;
}
