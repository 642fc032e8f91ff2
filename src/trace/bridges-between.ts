import type { DeviceRef } from '../kernel/device/device.ts';
import { deviceNamed } from '../kernel/device/find-device.ts';
import type { NetnsState } from '../kernel/netns-state.ts';
import type { Network } from '../kernel/network.ts';
import { netnsKey, sameNetns } from '../packet/place.ts';
import { segmentOf, wirePeer } from './world.ts';

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
  const leave = (from: NetnsState, port: string): readonly BridgeHop[] | null => {
    const key = `${netnsKey(from.ref)} ${port}`;
    if (visited.has(key)) return null;
    visited.add(key);
    const peer = wirePeer(network, from, port);
    const others = peer
      ? [peer]
      : (segmentOf(network, from, port)?.members ?? []).filter(
          (member) => !(sameNetns(member.netns, from.ref) && member.device === port),
        );
    for (const other of others) {
      const found = arrive(other);
      if (found) return found;
    }
    return null;
  };
  const arrive = ({ netns: ref, device: port }: DeviceRef): readonly BridgeHop[] | null => {
    const there = network.namespaces.get(netnsKey(ref));
    if (!there) return null;
    const bridge = bridgeOf(there, port);
    if (sameNetns(ref, end.netns) && (bridge ?? port) === end.device) return [];
    if (bridge === null) return null;
    for (const to of portsOf(there, bridge)) {
      const rest = to === port ? null : leave(there, to);
      if (rest) return [{ netns: there, bridge, from: port, to }, ...rest];
    }
    return null;
  };
  if (deviceNamed(netns, device)?.details.kind !== 'bridge') return leave(netns, device);
  for (const port of portsOf(netns, device)) {
    const found = leave(netns, port);
    if (found) return found;
  }
  return null;
}

function bridgeOf(netns: NetnsState, device: string): string | null {
  const master = deviceNamed(netns, device)?.master ?? null;
  return master !== null && deviceNamed(netns, master)?.details.kind === 'bridge' ? master : null;
}

function portsOf(netns: NetnsState, bridge: string): readonly string[] {
  return (netns.devices ?? []).filter(({ master }) => master === bridge).map(({ name }) => name);
}
