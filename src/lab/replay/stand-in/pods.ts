import type { Listener } from '../../topology/topology.ts';
import type { Draft, NetnsDraft } from '../draft.ts';
import { isIn } from '../ipv4-subnet.ts';
import type { KubeNode, KubePod } from '../read/kube.ts';
import type { Target } from '../read/targets.ts';
import { attachPod, bridgeFor } from './attach.ts';
import type { KnownNeighbours } from './neighbourhood.ts';

export interface PodFacts {
  readonly pods: readonly KubePod[];
  readonly nodes: readonly KubeNode[];
  readonly neighbours: ReadonlyMap<NetnsDraft, KnownNeighbours>;
  /** What rules translate to. */
  readonly targets: readonly Target[];
}

/** A standard pod for everything that is known to be behind a node's bridge and was not captured. */
export function standInPods(draft: Draft, facts: PodFacts): void {
  const hosts = draft.namespaces.filter(({ place }) => place.kind === 'node');
  const attach = (
    node: NetnsDraft | undefined,
    pod: Omit<Parameters<typeof attachPod>[3], 'kind'>,
  ): void => {
    const known = node && facts.neighbours.get(node);
    if (node && known) attachPod(draft, node, known, { ...pod, kind: 'pod' });
  };
  for (const pod of facts.pods) {
    if (pod.hostNetwork || pod.addresses.some((address) => draft.ownerOf(address))) continue;
    const named = pod.node ?? nodeByCidr(facts.nodes, pod.addresses);
    const node = hosts.find((host) => nodeName(host) === named) ?? only(hosts, pod.addresses);
    attach(node, {
      netns: pod.name ?? pod.addresses[0] ?? '',
      addresses: pod.addresses,
      listeners: pod.listeners,
      because: pod.listeners ? 'an endpoint of a Service' : 'a pod',
      source: pod.source,
    });
  }
  for (const node of hosts) {
    const bridges = new Set(node.links.filter((l) => l.kind === 'bridge').map((l) => l.name));
    for (const { address, device, valid, source } of facts.neighbours.get(node)?.entries ?? []) {
      if (!valid || !bridges.has(device) || draft.ownerOf(address)) continue;
      const because = `a neighbour on ${device}`;
      attach(node, { netns: address, addresses: [address], listeners: null, because, source });
    }
  }
  for (const { address, source } of facts.targets) {
    if (draft.ownerOf(address)) continue;
    const because = 'rules translate to it';
    const node = only(hosts, [address]);
    attach(node, { netns: address, addresses: [address], listeners: null, because, source });
  }
}

function nodeName({ place }: NetnsDraft): string | null {
  return place.kind === 'outside' ? null : place.node;
}

function nodeByCidr(nodes: readonly KubeNode[], addresses: readonly string[]): string | null {
  const node = nodes.find(
    ({ podCidr }) => podCidr !== null && addresses.some((address) => isIn(podCidr, address)),
  );
  return node?.name ?? null;
}

/** The only node with a bridge for these addresses: docker0 has the same subnet on every node. */
function only(hosts: readonly NetnsDraft[], addresses: readonly string[]): NetnsDraft | undefined {
  const found = hosts.filter((host) => bridgeFor(host, addresses));
  return found.length === 1 ? found[0] : undefined;
}

/** Listeners of a namespace whose sockets nobody collected: where rules and the flow lead. */
export function assumedListeners(
  owned: ReadonlySet<string>,
  targets: readonly Target[],
): readonly Listener[] {
  const found = new Map<string, Listener>();
  for (const { address, port, protocol } of targets) {
    if (port === null || !owned.has(address)) continue;
    for (const name of protocol === null ? (['tcp', 'udp'] as const) : [protocol]) {
      found.set(`${name} ${port}`, { protocol: name, port });
    }
  }
  return [...found.values()];
}
