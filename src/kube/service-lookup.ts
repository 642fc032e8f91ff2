import { type Address, isIpv4Loopback, sameAddress } from '../packet/address.ts';
import type { Endpoint } from './endpoint.ts';
import type { KubeFacts } from './facts.ts';
import type { KubeProtocol, Service, ServicePort } from './service.ts';

/** A Service that an address and port belong to, and by which of its addresses. */
export interface ServiceMatch {
  readonly service: Service;
  /** Null when the address is the Service's, but none of its ports is this one. */
  readonly port: ServicePort | null;
  readonly via: 'clusterIP' | 'externalIP' | 'loadBalancerIP' | 'nodePort';
}

/** Finds the Service behind an address and port, as kube-proxy's rules match them. */
export function serviceOfAddress(
  kube: KubeFacts,
  address: Address,
  port: number,
  protocol: KubeProtocol,
): ServiceMatch | null {
  let wrongPort: ServiceMatch | null = null;
  for (const service of kube.services ?? []) {
    const via = viaOf(service, address);
    if (!via) continue;
    const found = service.ports.find((p) => p.port === port && p.protocol === protocol);
    if (found) return { service, port: found, via };
    wrongPort ??= { service, port: null, via };
  }
  return nodePortMatch(kube, address, port, protocol) ?? wrongPort;
}

function viaOf(service: Service, address: Address): ServiceMatch['via'] | null {
  const same = (other: Address): boolean => sameAddress(other, address);
  if (service.clusterIps.some(same)) return 'clusterIP';
  if (service.externalIps.some(same)) return 'externalIP';
  if (service.loadBalancerIps.some((ip) => same(ip.address))) return 'loadBalancerIP';
  return null;
}

function nodePortMatch(
  kube: KubeFacts,
  address: Address,
  port: number,
  protocol: KubeProtocol,
): ServiceMatch | null {
  const isNodes =
    isIpv4Loopback(address) ||
    (kube.nodes ?? []).some((node) => node.addresses.some((a) => sameAddress(a.address, address)));
  if (!isNodes) return null;
  for (const service of kube.services ?? []) {
    const found = service.ports.find((p) => p.nodePort === port && p.protocol === protocol);
    if (found) return { service, port: found, via: 'nodePort' };
  }
  return null;
}

/** The endpoints of a Service's port, ready or not, with the port each listens on. */
export function endpointsOf(
  kube: KubeFacts,
  service: Pick<Service, 'namespace' | 'name'>,
  port: Pick<ServicePort, 'name' | 'protocol'>,
): readonly { readonly endpoint: Endpoint; readonly port: number }[] {
  return (kube.endpoints ?? [])
    .filter((e) => e.service.namespace === service.namespace && e.service.name === service.name)
    .flatMap((endpoint) =>
      endpoint.ports
        .filter((p) => p.name === port.name && p.protocol === port.protocol)
        .map((p) => ({ endpoint, port: p.port })),
    );
}
