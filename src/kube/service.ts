import type { Address } from '../packet/address.ts';
import type { Prefix } from '../packet/prefix.ts';
import type { SourceRef } from '../packet/source-ref.ts';

export type KubeProtocol = 'tcp' | 'udp' | 'sctp';

/** A Service as its object states it. */
export interface Service {
  readonly namespace: string;
  readonly name: string;
  readonly type: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
  /** Empty for a headless Service. */
  readonly clusterIps: readonly Address[];
  readonly externalIps: readonly Address[];
  readonly loadBalancerIps: readonly LoadBalancerIp[];
  readonly loadBalancerSourceRanges: readonly Prefix[];
  readonly ports: readonly ServicePort[];
  readonly externalTrafficPolicy: 'Cluster' | 'Local';
  readonly internalTrafficPolicy: 'Cluster' | 'Local';
  readonly sessionAffinity: boolean;
  readonly healthCheckNodePort: number | null;
  readonly selector: Readonly<Record<string, string>>;
  readonly source: SourceRef;
}

export interface LoadBalancerIp {
  readonly address: Address;
  /** `Proxy`: the balancer terminates; kube-proxy writes no rules for the address. */
  readonly mode: 'VIP' | 'Proxy';
}

export interface ServicePort {
  readonly name: string;
  readonly protocol: KubeProtocol;
  readonly port: number;
  readonly nodePort: number | null;
  /** A number, or the name of a container port. */
  readonly targetPort: string;
}

/** `namespace/name`, as kube-proxy's rule comments begin. */
export function serviceName(service: Pick<Service, 'namespace' | 'name'>): string {
  return `${service.namespace}/${service.name}`;
}
