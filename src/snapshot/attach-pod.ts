import type { BridgePort, Device, InterfaceAddress } from '../kernel/device/device.ts';
import type { NetnsState } from '../kernel/netns-state.ts';
import type { Wire } from '../kernel/network.ts';
import { type Address, formatAddress, sameAddress } from '../packet/address.ts';
import { contains } from '../packet/prefix.ts';
import type { KnownPod } from './known-pods.ts';
import {
  madeUpMac,
  STANDARD_DEVICE,
  type StandardAddress,
  standardNetns,
} from './standard-netns.ts';

/** A node's namespace while pods are attached to its bridges. */
export interface PodHost {
  readonly netns: NetnsState;
  /** Ports whose other end is captured or was given to a pod. */
  readonly used: Set<string>;
  /** Ports that were made up. */
  readonly added: Device[];
}

/** A pod behind a bridge. */
export interface AttachedPod {
  readonly netns: NetnsState;
  readonly wire: Wire;
  readonly port: string;
  /** False when the port was made up. */
  readonly portKnown: boolean;
}

/** The bridge in whose subnet the addresses are, unless a card makes it an underlay's. */
export function bridgeFor(host: PodHost, addresses: readonly Address[]): Device | undefined {
  return host.netns.devices?.find(
    (device) =>
      device.details.kind === 'bridge' &&
      addresses.some((address) => addressFor(device, address) !== undefined) &&
      !ports(host, device).some((port) => port.details.kind === 'ethernet'),
  );
}

function ports(host: PodHost, bridge: Device): readonly Device[] {
  return (host.netns.devices ?? []).filter((device) => device.master === bridge.name);
}

/** Puts a standard namespace with the pod's addresses behind the bridge of their subnet. */
export function attachPod(host: PodHost, pod: KnownPod): AttachedPod | null {
  const bridge = bridgeFor(host, pod.addresses);
  const [first] = pod.addresses;
  if (!bridge || !first) return null;
  const neighbour = (host.netns.neighbours ?? []).find(
    (n) => n.device === bridge.name && pod.addresses.some((a) => sameAddress(a, n.address)),
  );
  const known = neighbour?.mac ? learnedPort(host, bridge, neighbour.mac) : undefined;
  const port = known ?? makeUpPort(host, bridge, first);
  host.used.add(port.name);
  const netns = standardNetns({
    ref: {
      node: host.netns.ref.node,
      netns: pod.name ? `${pod.name.namespace}/${pod.name.name}` : formatAddress(first),
    },
    origin: {
      kind: 'assumed',
      because: `${pod.because} ${pod.addresses.map(formatAddress).join(', ')}`,
      source: pod.source,
    },
    kernelRelease: host.netns.kernelRelease,
    mtu: port.mtu,
    ifindex: (port.details.kind === 'veth' ? port.details.peerIfindex : null) ?? 2,
    mac: neighbour?.mac ?? madeUpMac(first),
    kind: { kind: 'veth', peerIfindex: port.ifindex, peerNetnsId: 0 },
    addresses: pod.addresses.flatMap((address) => standardAddress(bridge, address)),
    sockets: pod.sockets,
  });
  const wire: Wire = {
    a: { netns: host.netns.ref, device: port.name },
    b: { netns: netns.ref, device: STANDARD_DEVICE },
  };
  return { netns, wire, port: port.name, portKnown: known !== undefined };
}

/** The free port on which the bridge learned a MAC. */
function learnedPort(host: PodHost, bridge: Device, mac: string): Device | undefined {
  const entry = (host.netns.fdb ?? []).find((e) => e.mac === mac && !e.permanent);
  const port = ports(host, bridge).find((device) => device.name === entry?.device);
  return port?.details.kind === 'veth' && !host.used.has(port.name) ? port : undefined;
}

/** `~` is in no name that a CNI plugin makes: the port shows that nobody saw it. */
function makeUpPort(host: PodHost, bridge: Device, address: Address): Device {
  const like = ports(host, bridge).find((port) => port.details.kind === 'veth');
  const highest = (host.netns.devices ?? []).reduce((max, d) => Math.max(max, d.ifindex), 0);
  const port: Device = {
    name: `veth~${formatAddress(address)}`,
    ifindex: highest + host.added.length + 1,
    mtu: like?.mtu ?? bridge.mtu,
    up: true,
    carrier: true,
    mac: madeUpMac(address).replace('0a:58', '0a:59'),
    noArp: false,
    promiscuous: true,
    master: bridge.name,
    bridgePort: usualSettings(ports(host, bridge)),
    addresses: [],
    details: { kind: 'veth', peerIfindex: 2, peerNetnsId: null },
    source: null,
  };
  host.added.push(port);
  return port;
}

/** Settings as most of the bridge's ports have them. */
function usualSettings(others: readonly Device[]): BridgePort {
  const counts = new Map<string, { port: BridgePort; count: number }>();
  for (const { bridgePort } of others) {
    if (!bridgePort) continue;
    const key = JSON.stringify(bridgePort);
    counts.set(key, { port: bridgePort, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  const [usual] = [...counts.values()].sort((a, b) => b.count - a.count);
  return usual?.port ?? STANDARD_PORT;
}

/** The node's namespace with the ports that were made up. */
export function withPorts(host: PodHost): NetnsState {
  if (host.added.length === 0) return host.netns;
  return { ...host.netns, devices: [...(host.netns.devices ?? []), ...host.added] };
}

const STANDARD_PORT: BridgePort = {
  state: 'forwarding',
  hairpin: false,
  isolated: false,
  learning: true,
  flood: true,
};

/** The bridge's own address in the subnet of another. */
function addressFor(bridge: Device, address: Address): InterfaceAddress | undefined {
  return bridge.addresses.find(
    (own) =>
      own.scope === 'global' &&
      contains({ address: own.address, length: own.prefixLength }, address),
  );
}

/** The pod's address with the bridge's subnet and the bridge as its gateway. */
function standardAddress(bridge: Device, address: Address): readonly StandardAddress[] {
  const own = addressFor(bridge, address);
  if (!own) return [];
  return [{ address, prefixLength: own.prefixLength, gateway: own.address }];
}
