import type { DeviceRef } from '../kernel/device/device.ts';
import { deviceNamed, ownsAddress } from '../kernel/device/find-device.ts';
import type { GeneveSettings } from '../kernel/device/tunnel-settings.ts';
import type { NetnsState } from '../kernel/netns-state.ts';
import type { Network } from '../kernel/network.ts';
import { netnsKey, sameNetns } from '../packet/place.ts';
import { lowerOf, segmentOf, uppersOf, wirePeer } from './world.ts';

/** A device by which a frame comes in, and its VLAN tag. */
export interface FrameEnd extends DeviceRef {
  readonly vlan: number | null;
}

/** Where a frame may come in that leaves by a device. */
export interface FrameEnds {
  readonly ends: readonly FrameEnd[];
  /** False where a device leads to what nobody captured. */
  readonly complete: boolean;
}

const NOWHERE_KNOWN: FrameEnds = { ends: [], complete: false };

/**
 * What is at the other end of a device: a veth's peer, the members of a segment, and what the device below
 * leads to, of a VLAN with its tag. Linux: vlan_dev_hard_start_xmit(), macvlan_start_xmit(), bond_start_xmit().
 */
export function leavesTo(
  network: Network,
  netns: NetnsState,
  device: string,
  vlan: number | null,
): FrameEnds {
  const tagged = (end: DeviceRef): FrameEnd => ({ netns: end.netns, device: end.device, vlan });
  const peer = wirePeer(network, netns, device);
  if (peer) return { ends: [tagged(peer)], complete: network.namespaces.has(netnsKey(peer.netns)) };
  const segment = segmentOf(network, netns, device);
  if (segment) {
    const others = segment.members.filter(
      (member) => !(sameNetns(member.netns, netns.ref) && member.device === device),
    );
    return { ends: others.map(tagged), complete: segment.complete };
  }
  const details = deviceNamed(netns, device)?.details;
  switch (details?.kind) {
    case 'vlan':
      // A tag within a tag is another protocol on the wire.
      return vlan === null ? below(network, netns, device, details.id) : NOWHERE_KNOWN;
    case 'macvlan': {
      const down = below(network, netns, device, vlan);
      const siblings = siblingsOf(network, netns, device).map(tagged);
      return { ends: [...siblings, ...down.ends], complete: down.complete };
    }
    case 'geneve':
      return otherGeneves(network, netns, details.geneve);
    case 'bond':
    case 'bridge':
      return throughAll(network, netns, portsOf(netns, device), vlan);
    default:
      return NOWHERE_KNOWN;
  }
}

function below(
  network: Network,
  netns: NetnsState,
  device: string,
  vlan: number | null,
): FrameEnds {
  const lower = lowerOf(network, netns, device);
  const there = lower && network.namespaces.get(netnsKey(lower.netns));
  return lower && there ? leavesTo(network, there, lower.device, vlan) : NOWHERE_KNOWN;
}

/** The devices at the other end of a GENEVE tunnel. */
function otherGeneves(
  network: Network,
  netns: NetnsState,
  { remote, vni, port }: GeneveSettings,
): FrameEnds {
  if (!remote) return NOWHERE_KNOWN;
  const hosts = [...network.namespaces.values()].filter(
    (host) => !sameNetns(host.ref, netns.ref) && ownsAddress(host, remote),
  );
  const ends = hosts.flatMap(({ ref, devices }) =>
    (devices ?? [])
      .filter(
        ({ details }) =>
          details.kind === 'geneve' && details.geneve.vni === vni && details.geneve.port === port,
      )
      .map(({ name }) => ({ netns: ref, device: name, vlan: null })),
  );
  return { ends, complete: hosts.length > 0 };
}

function throughAll(
  network: Network,
  netns: NetnsState,
  ports: readonly string[],
  vlan: number | null,
): FrameEnds {
  const all = ports.map((port) => leavesTo(network, netns, port, vlan));
  return {
    ends: all.flatMap(({ ends }) => ends),
    complete: all.every(({ complete }) => complete),
  };
}

/**
 * Other macvlans of the device below, where both are in bridge mode: they reach each other without it.
 * Linux: macvlan_queue_xmit().
 */
export function siblingsOf(
  network: Network,
  netns: NetnsState,
  device: string,
): readonly DeviceRef[] {
  const details = deviceNamed(netns, device)?.details;
  const lower = lowerOf(network, netns, device);
  if (details?.kind !== 'macvlan' || details.mode !== 'bridge' || !lower) return [];
  return uppersOf(network, lower).filter((other) => {
    if (sameNetns(other.netns, netns.ref) && other.device === device) return false;
    const there = network.namespaces.get(netnsKey(other.netns));
    const found = there && deviceNamed(there, other.device)?.details;
    return found?.kind === 'macvlan' && found.mode === 'bridge';
  });
}

/** What a frame meets that came in by a device. */
export interface Entry {
  /** The device that the IP stack has there: of a bridge's port the bridge. Null where none hears it. */
  readonly stack: DeviceRef | null;
  /** The bridge that the device is a port of. */
  readonly bridge: string | null;
  /** Devices on top that take frames for themselves. */
  readonly up: readonly FrameEnd[];
}

/** Linux: __netif_receive_skb_core(): vlan_do_receive(), then the device's rx_handler. */
export function entersAt(network: Network, netns: NetnsState, end: FrameEnd): Entry {
  const { device, vlan } = end;
  const ref = netns.ref;
  const byTag = vlan === null ? null : vlanOn(network, { netns: ref, device }, vlan);
  if (byTag) return { stack: null, bridge: null, up: [byTag] };
  const master = deviceNamed(netns, device)?.master ?? null;
  const kind = master === null ? null : (deviceNamed(netns, master)?.details.kind ?? null);
  if (master !== null && kind === 'bond') {
    return { stack: null, bridge: null, up: [{ netns: ref, device: master, vlan }] };
  }
  if (master !== null && kind === 'bridge') {
    const own = { netns: ref, device: master };
    const tagged = vlan === null ? null : vlanOn(network, own, vlan);
    return { stack: vlan === null ? own : null, bridge: master, up: tagged ? [tagged] : [] };
  }
  if (vlan !== null) return { stack: null, bridge: null, up: [] };
  const children = uppersOf(network, { netns: ref, device }).filter((upper) => {
    const there = network.namespaces.get(netnsKey(upper.netns));
    return there && deviceNamed(there, upper.device)?.details.kind === 'macvlan';
  });
  return {
    stack: { netns: ref, device },
    bridge: null,
    up: children.map((child) => ({ ...child, vlan: null })),
  };
}

/** The device of a VLAN on top of another one. */
function vlanOn(network: Network, lower: DeviceRef, vlan: number): FrameEnd | null {
  for (const upper of uppersOf(network, lower)) {
    const there = network.namespaces.get(netnsKey(upper.netns));
    const details = there && deviceNamed(there, upper.device)?.details;
    if (details?.kind === 'vlan' && details.id === vlan) return { ...upper, vlan: null };
  }
  return null;
}

/** The ports of a bridge or bond that carry frames, by name. */
export function portsOf(netns: NetnsState, master: string): readonly string[] {
  const details = deviceNamed(netns, master)?.details;
  const ports = (netns.devices ?? []).filter((device) => device.master === master);
  // The others of an active-backup bond stand by. Linux: bond_xmit_activebackup().
  const active = details?.kind === 'bond' ? details.active : null;
  return ports.filter(({ name }) => active === null || name === active).map(({ name }) => name);
}
