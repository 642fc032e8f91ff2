import type { KubeProtocol, LoadBalancerIp, Service, ServicePort } from '../../kube/service.ts';
import { type Address, parseAddress } from '../../packet/address.ts';
import type { Parsed } from '../../packet/issue.ts';
import { parsePrefix } from '../../packet/prefix.ts';
import { type JsonObject, numberOf, objectOf, objectsOf, textOf, textsOf } from '../json-value.ts';
import { type KubeObject, labelsOf, readObjects } from './object-list.ts';

/** Reads `kubectl get services -A -o json`. */
export function parseServices(text: string, file: string): Parsed<readonly Service[]> {
  return readObjects(text, file, { kind: 'Service', read: readService });
}

const TYPES = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'] as const;

function readService(object: KubeObject): readonly Service[] | null {
  const { namespace, name, spec, status, source } = object;
  const type = TYPES.find((known) => known === (textOf(spec, 'type') ?? 'ClusterIP'));
  const ports = objectsOf(spec, 'ports').map(readPort);
  if (!type || ports.some((port) => port === null)) return null;
  const clusterIps = textsOf(spec, 'clusterIPs');
  const clusterIp = textOf(spec, 'clusterIP');
  return [
    {
      namespace,
      name,
      type,
      clusterIps: addresses(clusterIps.length > 0 ? clusterIps : clusterIp ? [clusterIp] : []),
      externalIps: addresses(textsOf(spec, 'externalIPs')),
      loadBalancerIps: loadBalancerIps(status),
      loadBalancerSourceRanges: textsOf(spec, 'loadBalancerSourceRanges').flatMap(
        (range) => parsePrefix(range.trim()) ?? [],
      ),
      ports: ports.filter((port) => port !== null),
      externalTrafficPolicy: policy(spec, 'externalTrafficPolicy'),
      internalTrafficPolicy: policy(spec, 'internalTrafficPolicy'),
      sessionAffinity: textOf(spec, 'sessionAffinity') === 'ClientIP',
      healthCheckNodePort: numberOf(spec, 'healthCheckNodePort'),
      selector: labelsOf(spec, 'selector'),
      source,
    },
  ];
}

function readPort(port: JsonObject): ServicePort | null {
  const number = numberOf(port, 'port');
  const protocol = kubeProtocol(textOf(port, 'protocol'));
  if (number === null || !protocol) return null;
  return {
    name: textOf(port, 'name') ?? '',
    protocol,
    port: number,
    nodePort: numberOf(port, 'nodePort'),
    targetPort: textOf(port, 'targetPort') ?? String(number),
  };
}

/** A protocol by the API's name; absent means TCP. */
export function kubeProtocol(text: string | null): KubeProtocol | null {
  const name = (text ?? 'TCP').toLowerCase();
  return name === 'tcp' || name === 'udp' || name === 'sctp' ? name : null;
}

/** `None` of a headless Service is no address. */
function addresses(texts: readonly string[]): readonly Address[] {
  return texts.flatMap((text) => parseAddress(text) ?? []);
}

function policy(spec: JsonObject, key: string): 'Cluster' | 'Local' {
  return textOf(spec, key) === 'Local' ? 'Local' : 'Cluster';
}

function loadBalancerIps(status: JsonObject): readonly LoadBalancerIp[] {
  return objectsOf(objectOf(status, 'loadBalancer') ?? {}, 'ingress').flatMap((ingress) => {
    const address = parseAddress(textOf(ingress, 'ip') ?? '');
    if (!address) return [];
    return [{ address, mode: textOf(ingress, 'ipMode') === 'Proxy' ? 'Proxy' : 'VIP' } as const];
  });
}
