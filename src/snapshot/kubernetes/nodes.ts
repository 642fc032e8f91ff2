import type { KubeNode, NodeAddress } from '../../kube/node.ts';
import { parseAddress } from '../../packet/address.ts';
import type { Parsed } from '../../packet/issue.ts';
import { parsePrefix } from '../../packet/prefix.ts';
import { objectsOf, textOf, textsOf } from '../json-value.ts';
import { type KubeObject, labelsOf, readObjects } from './object-list.ts';

/** Reads `kubectl get nodes -o json`. */
export function parseNodes(text: string, file: string): Parsed<readonly KubeNode[]> {
  return readObjects(text, file, { kind: 'Node', read: readNode });
}

function readNode(object: KubeObject): readonly KubeNode[] {
  const { name, spec, status, metadata, source } = object;
  const annotations = labelsOf(metadata, 'annotations');
  const cidrs = textsOf(spec, 'podCIDRs');
  const cidr = textOf(spec, 'podCIDR');
  const addresses: NodeAddress[] = [];
  const hostnames: string[] = [];
  for (const entry of objectsOf(status, 'addresses')) {
    const type = textOf(entry, 'type');
    const text = textOf(entry, 'address') ?? '';
    const address = parseAddress(text);
    if (address && (type === 'InternalIP' || type === 'ExternalIP')) {
      addresses.push({ type, address });
    } else if (type === 'Hostname') hostnames.push(text);
  }
  const ready = objectsOf(status, 'conditions').find((c) => textOf(c, 'type') === 'Ready');
  return [
    {
      name,
      addresses,
      hostnames,
      podCidrs: (cidrs.length > 0 ? cidrs : cidr ? [cidr] : []).flatMap(
        (text) => parsePrefix(text) ?? [],
      ),
      ready: ready ? textOf(ready, 'status') === 'True' : null,
      flannel: {
        publicAddress: parseAddress(annotations['flannel.alpha.coreos.com/public-ip'] ?? ''),
        backend: annotations['flannel.alpha.coreos.com/backend-type'] ?? null,
      },
      source,
    },
  ];
}
