import type { Lease } from '../socket/tun-relay.ts';
import type { Topology, TunRelay } from '../topology/topology.ts';

/** Where each lease's packets go: an address as it stands, a node's name to the relay on it. */
export function leasesOf(relay: TunRelay, { namespaces }: Topology): Lease[] {
  return relay.leases.map(({ subnet, node }) => {
    const named = namespaces.find(({ place }) => place.kind === 'node' && place.node === node);
    const there =
      named?.tunnels?.find(({ device }) => device === relay.device) ??
      namespaces.flatMap(({ tunnels = [] }) => tunnels).find(({ local }) => local === node);
    return { subnet, address: there?.local ?? node, port: there?.port ?? relay.port };
  });
}
