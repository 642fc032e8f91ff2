import type { Device, TunLease } from '../kernel/device/device.ts';
import type { ListeningSocket, NetnsState } from '../kernel/netns-state.ts';
import type { Wire } from '../kernel/network.ts';
import type { KubeFacts } from '../kube/facts.ts';
import { FLANNEL_UDP_PORT, type FlannelSubnet } from '../kube/flannel.ts';
import type { KubeNode } from '../kube/node.ts';
import { type Address, formatAddress, sameAddress } from '../packet/address.ts';
import { formatPrefix, network, type Prefix } from '../packet/prefix.ts';
import { PROTOCOL } from '../packet/protocol.ts';
import type { SourceRef } from '../packet/source-ref.ts';
import type { SnapshotNote } from './snapshot.ts';
import { findUplinks } from './underlay.ts';

/** What tells the leases of flannel's udp backend. */
export interface LeaseFacts {
  readonly kube: KubeFacts;
  /** subnet.env by node. */
  readonly flannel: ReadonlyMap<string, FlannelSubnet>;
  readonly wires: readonly Wire[];
}

interface Lease extends TunLease {
  readonly how: 'subnet.env' | 'annotation' | 'podCIDR' | 'addresses';
  readonly source: SourceRef | null;
}

/**
 * Says who reads the TUN devices: flanneld with its udp backend, when the device and the port
 * show it. Its leases come from what flannel wrote (subnet.env, annotations) or, where that is
 * missing, are concluded from Node objects or addresses, and then noted.
 */
export function connectTuns(
  namespaces: readonly NetnsState[],
  facts: LeaseFacts,
): { readonly namespaces: readonly NetnsState[]; readonly notes: readonly SnapshotNote[] } {
  const notes: SnapshotNote[] = [];
  let leases: readonly Lease[] | undefined;
  const connected = namespaces.map((netns) => {
    const readBy = (device: Device): Device => {
      if (device.details.kind !== 'tun' || device.details.tun.mode !== 'tun') return device;
      if (!isFlannelUdp(netns, device, facts)) return device;
      leases ??= findLeases(namespaces, facts);
      // flanneld keeps no route to its own subnet: the bridge's route is better anyway.
      const others = leases.filter((lease) => lease.node !== netns.ref.node);
      for (const lease of others) {
        if (lease.how === 'subnet.env' || lease.how === 'annotation') continue;
        notes.push({
          code: 'inferred-lease',
          where: netns.ref,
          values: {
            device: device.name,
            subnet: formatPrefix(lease.subnet),
            node: lease.node,
            publicAddress: formatAddress(lease.publicAddress),
            how: lease.how,
          },
          source: lease.source,
        });
      }
      const reader = {
        kind: 'flannel-udp' as const,
        local: flannelSocketOf(netns)?.address ?? null,
        port: FLANNEL_UDP_PORT,
        leases: others.map(({ subnet, publicAddress, node }) => ({ subnet, publicAddress, node })),
      };
      return { ...device, details: { kind: 'tun', tun: { mode: 'tun', reader } } };
    };
    const devices = netns.devices?.map(readBy);
    return devices === undefined || devices.every((d, i) => d === netns.devices?.[i])
      ? netns
      : { ...netns, devices };
  });
  return { namespaces: connected, notes };
}

/** flannel calls its device `flannel0`; its port, its annotation or a connection tells the rest. */
function isFlannelUdp(netns: NetnsState, device: Device, facts: LeaseFacts): boolean {
  if (!/^flannel\d+$/.test(device.name)) return false;
  const socket = netns.sockets?.some((s) => s.protocol === 'udp' && s.port === FLANNEL_UDP_PORT);
  const connection = netns.conntrack?.some(
    ({ original }) => original.protocol === PROTOCOL.udp && original.dport === FLANNEL_UDP_PORT,
  );
  const annotated = facts.kube.nodes?.some(
    (node) => node.name === netns.ref.node && node.flannel.backend === 'udp',
  );
  return (socket ?? false) || (connection ?? false) || (annotated ?? false);
}

/** One lease a node, from the best source there is. */
function findLeases(namespaces: readonly NetnsState[], facts: LeaseFacts): readonly Lease[] {
  const leases: Lease[] = [];
  const hosts = namespaces.filter((netns) => netns.ref.netns === null);
  const names = new Set([
    ...hosts.map((host) => host.ref.node),
    ...(facts.kube.nodes ?? []).map((node) => node.name),
  ]);
  for (const name of names) {
    const host = hosts.find((netns) => netns.ref.node === name);
    const node = facts.kube.nodes?.find((n) => n.name === name);
    const subnetFile = facts.flannel.get(name);
    const found = subnetOf(host, node, subnetFile);
    const publicAddress = publicAddressOf(host, node, facts.wires);
    if (!found || !publicAddress) continue;
    leases.push({
      subnet: network(found.subnet),
      publicAddress: publicAddress.address,
      node: name,
      how: found.how === 'subnet.env' && !publicAddress.stated ? 'addresses' : found.how,
      source: found.source,
    });
  }
  return leases;
}

function subnetOf(
  host: NetnsState | undefined,
  node: KubeNode | undefined,
  subnetFile: FlannelSubnet | undefined,
): Pick<Lease, 'subnet' | 'how' | 'source'> | null {
  if (subnetFile) {
    return { subnet: subnetFile.subnet, how: 'subnet.env', source: subnetFile.source };
  }
  const cidr = node?.podCidrs.find((prefix) => prefix.address.family === 4);
  if (node && cidr) {
    const how = node.flannel.publicAddress ? 'annotation' : 'podCIDR';
    return { subnet: cidr, how, source: node.source };
  }
  return host ? subnetByAddresses(host) : null;
}

/** flannel gives its device the first address of the subnet, and a bridge has the rest of it. */
function subnetByAddresses(host: NetnsState): Pick<Lease, 'subnet' | 'how' | 'source'> | null {
  const tun = host.devices?.find((d) => d.details.kind === 'tun' && /^flannel\d+$/.test(d.name));
  const first = tun?.addresses.find(({ address }) => address.family === 4)?.address;
  if (!first) return null;
  for (const device of host.devices ?? []) {
    if (device.details.kind !== 'bridge') continue;
    for (const { address, prefixLength } of device.addresses) {
      const subnet: Prefix = network({ address, length: prefixLength });
      if (sameAddress(subnet.address, first)) {
        return { subnet, how: 'addresses', source: device.source };
      }
    }
  }
  return null;
}

/** Where flanneld receives: its annotation, its socket's address, the Node's, the uplink's. */
function publicAddressOf(
  host: NetnsState | undefined,
  node: KubeNode | undefined,
  wires: readonly Wire[],
): { readonly address: Address; readonly stated: boolean } | null {
  const annotated = node?.flannel.publicAddress;
  if (annotated) return { address: annotated, stated: true };
  const socket = flannelSocketOf(host);
  if (socket?.address) return { address: socket.address, stated: true };
  const internal = node?.addresses.find((a) => a.type === 'InternalIP' && a.address.family === 4);
  if (internal) return { address: internal.address, stated: false };
  const uplink = host ? findUplinks([host], wires)[0] : undefined;
  const own = uplink?.addressed.addresses.find(({ address }) => address.family === 4);
  return own ? { address: own.address, stated: false } : null;
}

/** The socket of flanneld that is bound to an address. */
function flannelSocketOf(host: NetnsState | undefined): ListeningSocket | undefined {
  return host?.sockets?.find(
    (s) => s.protocol === 'udp' && s.port === FLANNEL_UDP_PORT && s.address?.family === 4,
  );
}
