import type { Endpoint } from '../../kube/endpoint.ts';
import { parseAddress } from '../../packet/address.ts';
import type { Parsed } from '../../packet/issue.ts';
import { objectsOf, textOf } from '../json-value.ts';
import { endpointPorts, podOf } from './endpoint-slices.ts';
import { type KubeObject, readObjects } from './object-list.ts';

/** Reads `kubectl get endpoints -A -o json`, the older form of EndpointSlices. */
export function parseEndpoints(text: string, file: string): Parsed<readonly Endpoint[]> {
  return readObjects(text, file, { kind: 'Endpoints', read: readEndpoints });
}

function readEndpoints(object: KubeObject): readonly Endpoint[] | null {
  const { namespace, name, source } = object;
  const endpoints: Endpoint[] = [];
  for (const subset of objectsOf(object.object, 'subsets')) {
    const ports = endpointPorts(subset);
    if (!ports) return null;
    for (const [key, ready] of [
      ['addresses', true],
      ['notReadyAddresses', false],
    ] as const) {
      for (const entry of objectsOf(subset, key)) {
        const address = parseAddress(textOf(entry, 'ip') ?? '');
        if (!address) continue;
        endpoints.push({
          service: { namespace, name },
          address,
          ports,
          ready,
          serving: ready,
          terminating: false,
          node: textOf(entry, 'nodeName'),
          zone: null,
          pod: podOf(entry, namespace),
          source,
        });
      }
    }
  }
  return endpoints;
}
