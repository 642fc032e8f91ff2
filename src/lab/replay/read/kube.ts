import type { SourceRef } from '../../../packet/source-ref.ts';
import type { Listener } from '../../topology/topology.ts';
import type { CapturedSnapshot } from './captured.ts';
import {
  flagOf,
  type JsonRecord,
  numberOf,
  recordOf,
  recordsOf,
  textOf,
  wordsOf,
} from './records.ts';
import { addressFamily, prefixFamily } from './safe-words.ts';

/** A pod, or an address behind a Service, as Kubernetes' objects tell. */
export interface KubePod {
  /** `NAMESPACE/NAME`; null for an address without a pod. */
  readonly name: string | null;
  readonly node: string | null;
  readonly addresses: readonly string[];
  readonly hostNetwork: boolean;
  /** Where its Services expect it to listen; null when it is behind none. */
  readonly listeners: readonly Listener[] | null;
  readonly source: SourceRef;
}

export interface KubeNode {
  readonly name: string;
  readonly addresses: readonly string[];
  /** IPv4. */
  readonly podCidr: string | null;
  /** flannel's annotations. */
  readonly flannelAddress: string | null;
  readonly flannelBackend: string | null;
  readonly source: SourceRef;
}

interface PodDraft {
  name: string | null;
  node: string | null;
  addresses: string[];
  hostNetwork: boolean;
  listeners: Map<string, Listener> | null;
  readonly source: SourceRef;
}

/** Pods and addresses behind Services; a Pod and its slices of both families join to one. */
export function kubePods({ kubernetes }: CapturedSnapshot): readonly KubePod[] {
  const drafts: PodDraft[] = [];
  const find = (name: string | null, address: string | null): PodDraft | undefined =>
    drafts.find((draft) => name !== null && draft.name === name) ??
    drafts.find(
      (draft) => address !== null && !draft.hostNetwork && draft.addresses.includes(address),
    );
  const draftFor = (name: string | null, address: string | null, source: SourceRef): PodDraft => {
    const found = find(name, address);
    const draft = found ?? {
      name,
      node: null,
      addresses: [],
      hostNetwork: false,
      listeners: null,
      source,
    };
    if (!found) drafts.push(draft);
    draft.name ??= name;
    if (address !== null && !draft.addresses.includes(address)) draft.addresses.push(address);
    return draft;
  };

  for (const { value, source } of kubernetes.get('pods') ?? []) {
    const status = recordOf(value, 'status');
    const spec = recordOf(value, 'spec');
    const phase = textOf(status, 'phase');
    const addresses = [
      textOf(status, 'podIP'),
      ...recordsOf(status, 'podIPs').map((ip) => textOf(ip, 'ip')),
    ].filter((address) => address !== null && addressFamily(address) !== null);
    if (phase === 'Succeeded' || phase === 'Failed' || addresses.length === 0) continue;
    const hostNetwork = flagOf(spec, 'hostNetwork');
    const draft = draftFor(objectName(recordOf(value, 'metadata')), null, source);
    draft.hostNetwork = hostNetwork;
    draft.node = textOf(spec, 'nodeName');
    draft.addresses = [...new Set(addresses)].filter((address) => address !== null);
  }
  for (const endpoint of endpoints(kubernetes)) {
    if (addressFamily(endpoint.address) === null) continue;
    const draft = draftFor(endpoint.pod, endpoint.address, endpoint.source);
    draft.node ??= endpoint.node;
    draft.listeners ??= new Map();
    for (const listener of endpoint.listeners) {
      draft.listeners.set(`${listener.protocol} ${listener.port}`, listener);
    }
  }
  return drafts.map((draft) => ({
    ...draft,
    listeners: draft.listeners ? [...draft.listeners.values()] : null,
  }));
}

interface EndpointFact {
  readonly address: string;
  readonly pod: string | null;
  readonly node: string | null;
  readonly listeners: readonly Listener[];
  readonly source: SourceRef;
}

function endpoints(kubernetes: CapturedSnapshot['kubernetes']): readonly EndpointFact[] {
  const slices = kubernetes.get('endpointslices');
  if (slices) {
    return slices.flatMap(({ value, source }) =>
      recordsOf(value, 'endpoints').flatMap((endpoint) =>
        wordsOf(endpoint, 'addresses').map((address) => ({
          address,
          pod: podOf(endpoint),
          node: textOf(endpoint, 'nodeName'),
          listeners: listenersOf(value),
          source,
        })),
      ),
    );
  }
  return (kubernetes.get('endpoints') ?? []).flatMap(({ value, source }) =>
    recordsOf(value, 'subsets').flatMap((subset) =>
      [...recordsOf(subset, 'addresses'), ...recordsOf(subset, 'notReadyAddresses')].map(
        (address) => ({
          address: textOf(address, 'ip') ?? '',
          pod: podOf(address),
          node: textOf(address, 'nodeName'),
          listeners: listenersOf(subset),
          source,
        }),
      ),
    ),
  );
}

function podOf(endpoint: JsonRecord): string | null {
  const target = recordOf(endpoint, 'targetRef');
  return textOf(target, 'kind') === 'Pod' ? objectName(target) : null;
}

function objectName(metadata: JsonRecord): string | null {
  const name = textOf(metadata, 'name');
  return name === null ? null : `${textOf(metadata, 'namespace') ?? 'default'}/${name}`;
}

function listenersOf(holder: JsonRecord): readonly Listener[] {
  return recordsOf(holder, 'ports').flatMap((port): readonly Listener[] => {
    const protocol = (textOf(port, 'protocol') ?? 'TCP').toLowerCase();
    const number = numberOf(port, 'port');
    if ((protocol !== 'tcp' && protocol !== 'udp') || number === null) return [];
    return number >= 1 && number <= 65_535 ? [{ protocol, port: number }] : [];
  });
}

/** Node objects. */
export function kubeNodes({ kubernetes }: CapturedSnapshot): readonly KubeNode[] {
  return (kubernetes.get('nodes') ?? []).map(({ value, source }) => {
    const metadata = recordOf(value, 'metadata');
    const annotations = recordOf(metadata, 'annotations');
    const spec = recordOf(value, 'spec');
    const cidrs = [...wordsOf(spec, 'podCIDRs'), textOf(spec, 'podCIDR') ?? ''];
    const annotated = textOf(annotations, 'flannel.alpha.coreos.com/public-ip');
    return {
      name: textOf(metadata, 'name') ?? '',
      addresses: recordsOf(recordOf(value, 'status'), 'addresses')
        .map((address) => textOf(address, 'address') ?? '')
        .filter((address) => addressFamily(address) !== null),
      podCidr: cidrs.find((cidr) => prefixFamily(cidr) === 4) ?? null,
      flannelAddress: annotated !== null && addressFamily(annotated) === 4 ? annotated : null,
      flannelBackend: textOf(annotations, 'flannel.alpha.coreos.com/backend-type'),
      source,
    };
  });
}
