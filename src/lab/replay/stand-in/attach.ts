import type { Listener } from '../../topology/topology.ts';
import { type Draft, factOf, type NetnsDraft, setListeners } from '../draft.ts';
import { hexOf, madeUpMac, ownAddressTowards } from '../ipv4-subnet.ts';
import type { Link } from '../read/links.ts';
import type { StandIn } from '../rebuild.ts';
import { endOf } from '../wiring/pair-captured.ts';
import { type KnownNeighbours, neighbourOf } from './neighbourhood.ts';

/** What stands in for a pod. */
export interface PodStandIn {
  /** As the model calls it: `NAMESPACE/NAME`, or its address. */
  readonly netns: string;
  readonly addresses: readonly string[];
  /** Null: nobody says where it listens. */
  readonly listeners: readonly Listener[] | null;
  readonly kind: StandIn['kind'];
  readonly because: string;
  readonly source: StandIn['source'];
}

/** The bridge in whose subnet an address is, unless a card makes it an underlay's. */
export function bridgeFor(node: NetnsDraft, addresses: readonly string[]): Link | undefined {
  return node.links.find(
    (link) =>
      link.kind === 'bridge' &&
      addresses.some((address) => ownAddressTowards(link, address)) &&
      !node.links.some((port) => port.master === link.name && port.kind === 'ethernet'),
  );
}

/**
 * Puts a standard pod behind the bridge of its subnet: on the port that learned its MAC, else on one
 * made up like the others. Null when the node has no such bridge.
 */
export function attachPod(
  draft: Draft,
  node: NetnsDraft,
  known: KnownNeighbours,
  pod: PodStandIn,
): NetnsDraft | null {
  const bridge = bridgeFor(node, pod.addresses);
  const [first] = pod.addresses.filter((address) => bridge && ownAddressTowards(bridge, address));
  if (!bridge || first === undefined || node.place.kind === 'outside') return null;
  const neighbour = neighbourOf(known, bridge.name, pod.addresses);
  const mac = neighbour?.mac ?? madeUpMac(first);
  const port = learnedPort(node, known, bridge, neighbour?.mac ?? null);
  const netns = draft.add(
    { kind: 'pod', node: node.place.node, netns: pod.netns },
    `${node.name}.${pod.netns}`,
  );
  const mtu = port?.mtu ?? portLike(node, bridge)?.mtu ?? bridge.mtu ?? 1500;
  const nodeEnd = port
    ? endOf(node, port)
    : {
        namespace: node.name,
        device: `veth~${hexOf(first)}`,
        index: freeIndex(node),
        mac: madeUpMac(first, '0a:59'),
        mtu,
      };
  draft.cables.push({ ends: [nodeEnd, { namespace: netns.name, device: 'eth0', mac, mtu }] });
  node.built.add(nodeEnd.device);
  netns.built.add('eth0');
  if (!port) enslave(node, bridge, nodeEnd.device, pod);
  addressPod(netns, bridge, pod);
  setListeners(netns, pod.listeners);
  draft.standIns.push({
    kind: pod.kind,
    place: netns.place,
    subject: pod.addresses.join(', '),
    because: `${pod.because}; ${port ? `port ${port.name} learned its MAC` : `port ${nodeEnd.device} is made up`}`,
    source: pod.source,
  });
  return netns;
}

/** An index above all captured ones: the kernel's own choice could be one that a device needs. */
function freeIndex({ links, built }: NetnsDraft): number {
  const made = [...built].filter((name) => !links.some((link) => link.name === name)).length;
  return Math.max(1, ...links.map(({ index }) => index)) + made + 1;
}

/** The free port on which the bridge learned a MAC. */
function learnedPort(
  node: NetnsDraft,
  known: KnownNeighbours,
  bridge: Link,
  mac: string | null,
): Link | undefined {
  const name = mac === null ? undefined : known.learned.get(mac);
  return node.links.find(
    (link) =>
      link.name === name &&
      link.kind === 'veth' &&
      link.master === bridge.name &&
      !node.built.has(link.name),
  );
}

function portLike(node: NetnsDraft, bridge: Link): Link | undefined {
  return node.links.find((link) => link.master === bridge.name && link.kind === 'veth');
}

/** A made-up port has the settings that most of the bridge's ports have. */
function enslave(node: NetnsDraft, bridge: Link, device: string, pod: PodStandIn): void {
  const ports = node.links.filter((link) => link.master === bridge.name && link.port);
  const hairpin = ports.filter(({ port }) => port?.hairpin === true).length * 2 > ports.length;
  const isolated = ports.filter(({ port }) => port?.isolated === true).length * 2 > ports.length;
  const fact = factOf(node, 'extra', `port ${device} for ${pod.netns}`, { device });
  // Nobody saw this port say anything.
  node.sysctls.push({ key: `net.ipv6.conf.${device}.disable_ipv6`, value: '1', fact });
  node.network.push(
    ...[
      `link set dev ${device} master ${bridge.name}`,
      ...(hairpin ? [`link set dev ${device} type bridge_slave hairpin on`] : []),
      ...(isolated ? [`link set dev ${device} type bridge_slave isolated on`] : []),
      `link set dev ${device} up`,
    ].map((text) => ({ text, fact })),
  );
}

function addressPod(netns: NetnsDraft, bridge: Link, pod: PodStandIn): void {
  const fact = factOf(netns, 'extra', `stand-in ${pod.netns}`);
  netns.network.push({ text: 'link set dev eth0 up', fact });
  let routed = false;
  for (const address of pod.addresses) {
    const own = ownAddressTowards(bridge, address);
    if (!own) continue;
    netns.owned.add(address);
    netns.network.push({ text: `address replace ${address}/${own.length} dev eth0`, fact });
    if (!routed)
      netns.network.push({ text: `route replace default via ${own.address} dev eth0`, fact });
    routed = true;
  }
}
