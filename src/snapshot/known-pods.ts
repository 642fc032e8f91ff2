import type { ListeningSocket, NetnsState } from '../kernel/netns-state.ts';
import type { EndpointPort } from '../kube/endpoint.ts';
import type { KubeFacts } from '../kube/facts.ts';
import { type Address, formatAddress } from '../packet/address.ts';
import { isLinkLocal } from '../packet/ipv6-type.ts';
import { contains } from '../packet/prefix.ts';
import type { SourceRef } from '../packet/source-ref.ts';

/** A pod, or whatever has this address, by the facts that speak of it. */
export interface KnownPod {
  /** Null when only an address is known. */
  readonly name: { readonly namespace: string; readonly name: string } | null;
  readonly node: string | null;
  readonly addresses: readonly Address[];
  readonly hostNetwork: boolean;
  /** Where its Services expect it to listen; undefined when it is behind no Service. */
  readonly sockets: readonly ListeningSocket[] | undefined;
  readonly because: 'endpoint' | 'pod' | 'neighbour' | 'flow';
  readonly source: SourceRef | null;
}

interface Draft {
  name: KnownPod['name'];
  node: string | null;
  addresses: Address[];
  hostNetwork: boolean;
  ports: { port: EndpointPort; address: Address; source: SourceRef }[];
  isEndpoint: boolean;
  because: KnownPod['because'];
  source: SourceRef | null;
}

/**
 * Everything that Kubernetes objects know as a pod or as an address behind a Service. A Pod
 * object, its EndpointSlices of both families and of several Services join to one.
 */
export function knownPods(kube: KubeFacts): readonly KnownPod[] {
  const drafts: Draft[] = [];
  const byName = new Map<string, Draft>();
  const byAddress = new Map<string, Draft>();
  const draftFor = (
    name: KnownPod['name'],
    address: Address | undefined,
    made: { readonly because: KnownPod['because']; readonly source: SourceRef },
  ): Draft => {
    const nameKey = name ? `${name.namespace}/${name.name}` : null;
    const addressKey = address ? formatAddress(address) : null;
    const found =
      (nameKey === null ? undefined : byName.get(nameKey)) ??
      (addressKey === null ? undefined : byAddress.get(addressKey));
    const draft: Draft = found ?? {
      name,
      node: null,
      addresses: [],
      hostNetwork: false,
      ports: [],
      isEndpoint: false,
      ...made,
    };
    if (!found) drafts.push(draft);
    draft.name ??= name;
    if (nameKey !== null) byName.set(nameKey, draft);
    if (address && addressKey !== null && !byAddress.has(addressKey)) {
      byAddress.set(addressKey, draft);
      draft.addresses.push(address);
    }
    return draft;
  };

  for (const pod of kube.pods ?? []) {
    if (pod.phase === 'Succeeded' || pod.phase === 'Failed' || pod.addresses.length === 0) continue;
    // All pods of a node's own network have its address: they are told apart by name only.
    const made = { because: 'pod', source: pod.source } as const;
    const draft = draftFor(pod, pod.hostNetwork ? undefined : pod.addresses[0], made);
    for (const address of pod.addresses) {
      if (!draft.addresses.some((a) => formatAddress(a) === formatAddress(address))) {
        draft.addresses.push(address);
      }
      if (!pod.hostNetwork) byAddress.set(formatAddress(address), draft);
    }
    draft.node ??= pod.node;
    draft.hostNetwork = pod.hostNetwork;
  }
  for (const endpoint of kube.endpoints ?? []) {
    const made = { because: 'endpoint', source: endpoint.source } as const;
    const draft = draftFor(endpoint.pod, endpoint.address, made);
    draft.node ??= endpoint.node;
    draft.isEndpoint = true;
    for (const port of endpoint.ports) {
      draft.ports.push({ port, address: endpoint.address, source: endpoint.source });
    }
  }
  return drafts.map((draft) => ({
    name: draft.name ? { namespace: draft.name.namespace, name: draft.name.name } : null,
    node: draft.node ?? nodeByCidr(kube, draft.addresses),
    addresses: draft.addresses,
    hostNetwork: draft.hostNetwork,
    sockets: draft.isEndpoint ? socketsOf(draft) : undefined,
    because: draft.because,
    source: draft.source,
  }));
}

function nodeByCidr(kube: KubeFacts, addresses: readonly Address[]): string | null {
  const node = kube.nodes?.find((candidate) =>
    candidate.podCidrs.some((cidr) => addresses.some((address) => contains(cidr, address))),
  );
  return node?.name ?? null;
}

/** A server listens on all addresses of its namespace. SCTP is in no list of `ss -tu`. */
function socketsOf(draft: Draft): readonly ListeningSocket[] {
  const sockets = new Map<string, ListeningSocket>();
  for (const { port, address, source } of draft.ports) {
    const { protocol } = port;
    if (protocol === 'sctp') continue;
    const { family } = address;
    sockets.set(`${family} ${protocol} ${port.port}`, {
      protocol,
      address: null,
      family,
      dualStack: false,
      port: port.port,
      device: null,
      uid: null,
      source,
    });
  }
  return [...sockets.values()];
}

/** States of a neighbour that somebody answered for. Linux: NUD_VALID. */
const ANSWERED = new Set(['REACHABLE', 'STALE', 'DELAY', 'PROBE', 'PERMANENT', 'NOARP']);

/** Addresses on a node's devices that answered, as neighbours of that node. */
export function knownNeighbours(
  host: NetnsState,
): readonly (KnownPod & { readonly device: string; readonly mac: string | null })[] {
  return (host.neighbours ?? [])
    .filter(({ address, states }) => !isLinkLocal(address) && states.some((s) => ANSWERED.has(s)))
    .map(({ address, device, mac, source }) => ({
      name: null,
      node: host.ref.node,
      addresses: [address],
      hostNetwork: false,
      sockets: undefined,
      because: 'neighbour',
      source,
      device,
      mac,
    }));
}
