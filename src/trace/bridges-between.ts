import type { DeviceRef } from '../kernel/device/device.ts';
import { deviceNamed } from '../kernel/device/find-device.ts';
import type { NetnsState } from '../kernel/netns-state.ts';
import type { Network } from '../kernel/network.ts';
import { netnsKey, sameNetns } from '../packet/place.ts';
import { entersAt, type FrameEnd, leavesTo, portsOf } from './frame-path.ts';

/** A bridge that a frame goes through, by the ports it comes in and leaves by. */
export interface BridgeHop {
  readonly netns: NetnsState;
  readonly bridge: string;
  readonly from: string;
  readonly to: string;
}

/**
 * The bridges between a device and one that its frames reach, in order; null where no way is known. The
 * bridge that sends or takes the frame itself is none of them.
 */
export function bridgesBetween(
  network: Network,
  netns: NetnsState,
  device: string,
  end: DeviceRef,
): readonly BridgeHop[] | null {
  const visited = new Set<string>();
  const leave = (
    from: NetnsState,
    port: string,
    vlan: number | null,
  ): readonly BridgeHop[] | null => {
    const key = `${netnsKey(from.ref)} ${port} ${vlan}`;
    if (visited.has(key)) return null;
    visited.add(key);
    for (const other of leavesTo(network, from, port, vlan).ends) {
      const found = arrive(other);
      if (found) return found;
    }
    return null;
  };
  const arrive = (at: FrameEnd): readonly BridgeHop[] | null => {
    const there = network.namespaces.get(netnsKey(at.netns));
    if (!there) return null;
    const { stack, bridge, up } = entersAt(network, there, at);
    if (stack && sameNetns(stack.netns, end.netns) && stack.device === end.device) return [];
    for (const upper of up) {
      const rest = arrive(upper);
      if (rest) return rest;
    }
    if (bridge === null) return null;
    for (const to of portsOf(there, bridge)) {
      const rest = to === at.device ? null : leave(there, to, at.vlan);
      if (rest) return [{ netns: there, bridge, from: at.device, to }, ...rest];
    }
    return null;
  };
  if (deviceNamed(netns, device)?.details.kind !== 'bridge') return leave(netns, device, null);
  for (const port of portsOf(netns, device)) {
    const found = leave(netns, port, null);
    if (found) return found;
  }
  return null;
}
