import type { DeviceRef } from '../kernel/device/device.ts';
import { deviceNamed, ownsAddress } from '../kernel/device/find-device.ts';
import type { NetnsState } from '../kernel/netns-state.ts';
import type { Network } from '../kernel/network.ts';
import type { Address } from '../packet/address.ts';
import { netnsKey } from '../packet/place.ts';
import { segmentOf, wirePeer } from './world.ts';

/** The ports of a bridge, by name. */
function portsOf(netns: NetnsState, bridge: string): readonly string[] {
  return (netns.devices ?? [])
    .filter((device) => device.master === bridge)
    .map((device) => device.name);
}

/**
 * Whether a frame for an address, sent out of a device, can reach a namespace that has it: over
 * a wire, through bridges, on a segment. This is what a neighbour lookup finds when everything
 * on the link is known. Each device is visited once.
 */
export function linkReaches(
  network: Network,
  netns: NetnsState,
  device: string,
  target: Address,
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
  target: Address,
  visited: Set<string>,
): boolean {
  const netns = network.namespaces.get(netnsKey(end.netns));
  if (!netns) return false;
  if (ownsAddress(netns, target)) return true;
  const master = deviceNamed(netns, end.device)?.master;
  if (!master || deviceNamed(netns, master)?.details.kind !== 'bridge') return false;
  return portsOf(netns, master).some(
    (port) => port !== end.device && linkReaches(network, netns, port, target, visited),
  );
}

/** The port of a bridge behind which an address lives, or null. */
export function portTowards(
  network: Network,
  netns: NetnsState,
  bridge: string,
  target: Address,
): string | null {
  for (const port of portsOf(netns, bridge)) {
    if (linkReaches(network, netns, port, target)) return port;
  }
  return null;
}
