import type { Endpoint } from '../../kube/endpoint.ts';
import type { KubeFacts } from '../../kube/facts.ts';
import { formatAddress } from '../../packet/address.ts';
import type { Issue, Parsed } from '../../packet/issue.ts';
import type { KubernetesKind } from '../source.ts';
import { parseEndpointSlices } from './endpoint-slices.ts';
import { parseEndpoints } from './endpoints.ts';
import { parseNetworkPolicies } from './network-policies.ts';
import { parseNodes } from './nodes.ts';
import { parsePods } from './pods.ts';
import { parseServices } from './services.ts';

/** A file of the snapshot whose text was checked. */
export interface NamedText {
  readonly file: string;
  readonly text: string;
}

/** Reads the Kubernetes lists that are there; an empty file is an empty list. */
export function readKubeFacts(lists: ReadonlyMap<KubernetesKind, NamedText>): Parsed<KubeFacts> {
  const issues: Issue[] = [];
  const read = <T>(
    kind: KubernetesKind,
    parse: (text: string, file: string) => Parsed<readonly T[]>,
  ): readonly T[] | undefined => {
    const list = lists.get(kind);
    if (!list) return undefined;
    const parsed = parse(list.text, list.file);
    issues.push(...parsed.issues);
    return parsed.value;
  };
  const slices = read('endpointslices', parseEndpointSlices);
  const older = read('endpoints', parseEndpoints);
  return {
    value: {
      services: read('services', parseServices),
      endpoints: joinEndpoints(slices, older),
      pods: read('pods', parsePods),
      nodes: read('nodes', parseNodes),
      networkPolicies: read('networkpolicies', parseNetworkPolicies),
    },
    issues,
  };
}

/** Slices say more; Endpoints count where a Service has an address in no slice. */
function joinEndpoints(
  slices: readonly Endpoint[] | undefined,
  older: readonly Endpoint[] | undefined,
): readonly Endpoint[] | undefined {
  if (!slices || !older) return slices ?? older;
  const key = (e: Endpoint): string =>
    `${e.service.namespace}/${e.service.name} ${formatAddress(e.address)}`;
  const known = new Set(slices.map(key));
  return [...slices, ...older.filter((endpoint) => !known.has(key(endpoint)))];
}
