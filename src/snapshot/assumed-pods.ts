import type { NetnsState } from '../kernel/netns-state.ts';
import type { Wire } from '../kernel/network.ts';
import type { KubeFacts } from '../kube/facts.ts';
import { type Address, formatAddress, sameAddress } from '../packet/address.ts';
import { attachPod, bridgeFor, type PodHost, withPorts } from './attach-pod.ts';
import { type KnownPod, knownNeighbours, knownPods } from './known-pods.ts';
import type { PodPlace, SnapshotNote } from './snapshot.ts';
import { ownAddresses } from './underlay.ts';

export interface PlacedPods {
  readonly namespaces: readonly NetnsState[];
  readonly wires: readonly Wire[];
  readonly pods: readonly PodPlace[];
  readonly notes: readonly SnapshotNote[];
  /** Addresses of pods that no namespace was found or made for. */
  readonly elsewhere: ReadonlySet<string>;
}

/**
 * Finds the namespace of every pod that is known. One that was not captured gets a standard
 * namespace behind its node's bridge: on the port that the bridge learned its MAC on, else on a
 * port that is made up like the others.
 */
export function placePods(
  captured: readonly NetnsState[],
  capturedWires: readonly Wire[],
  kube: KubeFacts,
): PlacedPods {
  const owned = new Set(ownAddresses(captured));
  const hosts = new Map(
    captured
      .filter(({ ref }) => ref.netns === null)
      .map((netns): [string, PodHost] => [netns.ref.node, { netns, used: new Set(), added: [] }]),
  );
  for (const { a, b } of capturedWires) {
    for (const end of [a, b]) {
      if (end.netns.netns === null) hosts.get(end.netns.node)?.used.add(end.device);
    }
  }
  const made: NetnsState[] = [];
  const wires: Wire[] = [];
  const pods: PodPlace[] = [];
  const notes: SnapshotNote[] = [];
  const elsewhere = new Set<string>();

  const place = (pod: KnownPod): void => {
    const owner = captured.find((netns) => pod.addresses.some((a) => owns(netns, a)));
    if (owner) {
      if (pod.name) pods.push({ ...pod.name, netns: owner.ref, addresses: pod.addresses });
      return;
    }
    if (pod.addresses.some((address) => owned.has(formatAddress(address)))) return;
    const host = hosts.get(pod.node ?? '') ?? hostByBridge(hosts, pod.addresses);
    const built = host && !pod.hostNetwork ? attachPod(host, pod) : null;
    if (!host || !built) {
      // An address that is no pod's belongs to a host outside, and is looked at there.
      if (pod.name && host) notes.push(note('unwired-pod', pod, host.netns));
      if (pod.because !== 'neighbour') {
        for (const address of pod.addresses) elsewhere.add(formatAddress(address));
      }
      return;
    }
    for (const address of pod.addresses) owned.add(formatAddress(address));
    made.push(built.netns);
    wires.push(built.wire);
    if (pod.name) pods.push({ ...pod.name, netns: built.netns.ref, addresses: pod.addresses });
    const { port, portKnown } = built;
    notes.push(
      note('assumed-pod', pod, built.netns, { port, portKnown: portKnown ? 'yes' : 'no' }),
    );
  };
  for (const pod of knownPods(kube)) place(pod);
  for (const host of hosts.values()) {
    for (const neighbour of knownNeighbours(host.netns)) {
      const device = host.netns.devices?.find((d) => d.name === neighbour.device);
      if (device?.details.kind === 'bridge') place(neighbour);
    }
  }
  return {
    namespaces: [
      ...captured.map((netns) => {
        const host = netns.ref.netns === null ? hosts.get(netns.ref.node) : undefined;
        return host ? withPorts(host) : netns;
      }),
      ...made,
    ],
    wires: [...capturedWires, ...wires],
    pods,
    notes,
    elsewhere,
  };
}

function owns(netns: NetnsState, address: Address): boolean {
  return (netns.devices ?? []).some((device) =>
    device.addresses.some((held) => sameAddress(held.address, address)),
  );
}

function hostByBridge(
  hosts: ReadonlyMap<string, PodHost>,
  addresses: readonly Address[],
): PodHost | undefined {
  const found = [...hosts.values()].filter((host) => bridgeFor(host, addresses));
  // docker0 has the same subnet on every node: such an address alone tells no node.
  return found.length === 1 ? found[0] : undefined;
}

function note(
  code: 'assumed-pod' | 'unwired-pod',
  pod: KnownPod,
  where: NetnsState,
  port: Readonly<Record<string, string>> = {},
): SnapshotNote {
  return {
    code,
    where: where.ref,
    values: {
      pod: pod.name ? `${pod.name.namespace}/${pod.name.name}` : '',
      addresses: pod.addresses.map(formatAddress).join(', '),
      because: pod.because,
      ...port,
    },
    source: pod.source,
  };
}
