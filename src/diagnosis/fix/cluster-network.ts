import type { Prefix } from '../../packet/prefix.ts';
import { contains } from '../../packet/prefix.ts';
import { commonNetwork } from '../infer/addressing.ts';
import type { FixContext } from './fix.ts';
import type { Way } from './way.ts';

/** The network of all pods: given, or what holds the nodes' pod networks and the endpoint. */
export function podNetwork(context: FixContext, way: Way): Prefix | null {
  if (context.overlayNetwork) return context.overlayNetwork;
  const endpoint = way.endpoint.address;
  const pods = (context.kube?.nodes ?? [])
    .flatMap(({ podCidrs }) => podCidrs)
    .filter(({ address }) => address.family === 4);
  const own = way.device?.addresses[0]?.address;
  const others = pods.length > 0 ? pods.map(({ address }) => address) : own ? [own] : [];
  let network: Prefix | null = { address: endpoint, length: 32 };
  for (const address of others) {
    if (network && contains(network, address)) continue;
    const wider: Prefix | null = commonNetwork(endpoint, address);
    if (!wider) return null;
    if (!network || wider.length < network.length) network = wider;
  }
  return network && network.length < 32 ? network : null;
}

/** The network of all Service addresses, when more than this one is known. */
export function serviceNetwork(context: FixContext, way: Way): Prefix {
  if (context.serviceNetwork) return context.serviceNetwork;
  const own: Prefix = { address: way.service.address, length: 32 };
  let network = own;
  for (const { clusterIps } of context.kube?.services ?? []) {
    for (const address of clusterIps) {
      if (address.family !== 4 || contains(network, address)) continue;
      const wider = commonNetwork(own.address, address);
      if (wider && wider.length < network.length) network = wider;
    }
  }
  return network;
}
