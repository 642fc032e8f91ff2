import type { Network } from '../kernel/network.ts';
import { formatAddress } from '../packet/address.ts';
import type { Flow } from '../packet/flow.ts';
import { type NetnsRef, netnsKey } from '../packet/place.ts';
import { attachPod, type PodHost, withPorts } from './attach-pod.ts';
import { ownAddresses } from './underlay.ts';

/**
 * A flow that arrives on a bridge from an address nobody owns states that a pod is there: without
 * it the replies, which may be bridged or routed, would have nowhere to go. The network is
 * returned with a standard pod behind that bridge, or as it was.
 */
export function assumeClient(network: Network, flow: Flow): Network {
  const { arrivesOn, boundSource: source } = flow;
  const host = network.namespaces.get(netnsKey(flow.from));
  if (arrivesOn === null || source === null || !host) return network;
  if (host.devices?.find(({ name }) => name === arrivesOn)?.details.kind !== 'bridge') {
    return network;
  }
  if (ownAddresses([...network.namespaces.values()]).has(formatAddress(source))) return network;
  const place: PodHost = { netns: host, used: new Set(usedPorts(network, host.ref)), added: [] };
  const built = attachPod(place, {
    name: null,
    node: host.ref.node,
    addresses: [source],
    hostNetwork: false,
    sockets: undefined,
    because: 'flow',
    source: null,
  });
  if (!built || built.netns.devices === undefined) return network;
  const namespaces = new Map(network.namespaces);
  namespaces.set(netnsKey(host.ref), withPorts(place));
  namespaces.set(netnsKey(built.netns.ref), built.netns);
  return { ...network, namespaces, wires: [...network.wires, built.wire] };
}

/** Ports of a namespace whose other end is known. */
function usedPorts(network: Network, ref: NetnsRef): readonly string[] {
  return network.wires
    .flatMap(({ a, b }) => [a, b])
    .filter((end) => netnsKey(end.netns) === netnsKey(ref))
    .map((end) => end.device);
}
