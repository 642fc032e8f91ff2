import type { Endpoint, EndpointPort } from '../../kube/endpoint.ts';
import { parseAddress } from '../../packet/address.ts';
import type { Parsed } from '../../packet/issue.ts';
import {
  flagOf,
  type JsonObject,
  numberOf,
  objectOf,
  objectsOf,
  textOf,
  textsOf,
} from '../json-value.ts';
import { type KubeObject, labelsOf, readObjects } from './object-list.ts';
import { kubeProtocol } from './services.ts';

/** Reads `kubectl get endpointslices -A -o json`. */
export function parseEndpointSlices(text: string, file: string): Parsed<readonly Endpoint[]> {
  return readObjects(text, file, { kind: 'EndpointSlice', read: readSlice });
}

function readSlice(object: KubeObject): readonly Endpoint[] | null {
  const { namespace, metadata, source } = object;
  const service = labelsOf(metadata, 'labels')['kubernetes.io/service-name'];
  // A slice that belongs to no Service is not kube-proxy's business.
  if (service === undefined) return [];
  const ports = endpointPorts(object.object);
  if (!ports) return null;
  return objectsOf(object.object, 'endpoints').flatMap((endpoint) => {
    const conditions = objectOf(endpoint, 'conditions') ?? {};
    const ready = flagOf(conditions, 'ready') ?? true;
    return textsOf(endpoint, 'addresses').flatMap((text): readonly Endpoint[] => {
      const address = parseAddress(text);
      if (!address) return [];
      return [
        {
          service: { namespace, name: service },
          address,
          ports,
          ready,
          serving: flagOf(conditions, 'serving') ?? ready,
          terminating: flagOf(conditions, 'terminating') ?? false,
          // Before 1.21 the node was a topology label.
          node:
            textOf(endpoint, 'nodeName') ??
            textOf(objectOf(endpoint, 'topology') ?? {}, 'kubernetes.io/hostname'),
          zone: textOf(endpoint, 'zone'),
          pod: podOf(endpoint, namespace),
          source,
        },
      ];
    });
  });
}

/** The ports of a slice or subset; a port without a number means all ports and is left out. */
export function endpointPorts(object: JsonObject): readonly EndpointPort[] | null {
  const ports: EndpointPort[] = [];
  for (const entry of objectsOf(object, 'ports')) {
    const protocol = kubeProtocol(textOf(entry, 'protocol'));
    const port = numberOf(entry, 'port');
    if (!protocol) return null;
    if (port !== null) ports.push({ name: textOf(entry, 'name') ?? '', protocol, port });
  }
  return ports;
}

/** The pod an endpoint is, when its reference says so. */
export function podOf(endpoint: JsonObject, namespace: string): Endpoint['pod'] {
  const reference = objectOf(endpoint, 'targetRef');
  const name = reference && textOf(reference, 'kind') === 'Pod' ? textOf(reference, 'name') : null;
  if (!reference || name === null) return null;
  return { namespace: textOf(reference, 'namespace') ?? namespace, name };
}
