import type { ContainerPort, Pod } from '../../kube/pod.ts';
import { parseAddress } from '../../packet/address.ts';
import type { Parsed } from '../../packet/issue.ts';
import { flagOf, numberOf, objectsOf, textOf } from '../json-value.ts';
import { type KubeObject, labelsOf, readObjects } from './object-list.ts';
import { kubeProtocol } from './services.ts';

/** Reads `kubectl get pods -A -o json`. */
export function parsePods(text: string, file: string): Parsed<readonly Pod[]> {
  return readObjects(text, file, { kind: 'Pod', read: readPod });
}

function readPod(object: KubeObject): readonly Pod[] {
  const { namespace, name, spec, status, metadata, source } = object;
  const texts = objectsOf(status, 'podIPs').flatMap((entry) => textOf(entry, 'ip') ?? []);
  const single = textOf(status, 'podIP');
  const ports = objectsOf(spec, 'containers')
    .flatMap((container) => objectsOf(container, 'ports'))
    .flatMap((entry): readonly ContainerPort[] => {
      const protocol = kubeProtocol(textOf(entry, 'protocol'));
      const port = numberOf(entry, 'containerPort');
      if (!protocol || port === null) return [];
      const hostPort = numberOf(entry, 'hostPort');
      return [{ name: textOf(entry, 'name') ?? '', protocol, port, hostPort }];
    });
  return [
    {
      namespace,
      name,
      node: textOf(spec, 'nodeName'),
      addresses: (texts.length > 0 ? texts : single ? [single] : []).flatMap(
        (text) => parseAddress(text) ?? [],
      ),
      hostNetwork: flagOf(spec, 'hostNetwork') ?? false,
      phase: textOf(status, 'phase') ?? '',
      labels: labelsOf(metadata, 'labels'),
      ports,
      source,
    },
  ];
}
