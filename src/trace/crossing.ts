import { bridgeReceive, stoppedByVlan } from '../kernel/bridging.ts';
import type { Departure } from '../kernel/departure.ts';
import type { DeviceRef } from '../kernel/device/device.ts';
import { deviceNamed } from '../kernel/device/find-device.ts';
import { type FrameTarget, isFrameFor } from '../kernel/device/frame-target.ts';
import { refusedAsTooLong, refusedByCard, TAG_BYTES } from '../kernel/forwardable.ts';
import { type FramePass, passFrameHook } from '../kernel/frame-departure.ts';
import { receive } from '../kernel/input.ts';
import { type Kernel, record } from '../kernel/kernel.ts';
import type { FramePlace } from '../kernel/netfilter/frame-hook.ts';
import type { UnsupportedUse } from '../kernel/run.ts';
import type { Skb } from '../kernel/skb.ts';
import type { Address } from '../packet/address.ts';
import { formatAddress } from '../packet/address.ts';
import { sameNetns } from '../packet/place.ts';
import { comeIn } from './come-in.ts';
import { entersAt, type FrameEnd, portsOf, siblingsOf } from './frame-path.ts';
import { sendThroughGeneve } from './geneve.ts';
import { sendThroughIpTunnel } from './ip-tunnel.ts';
import { endReaches, portTowards } from './link.ts';
import { neighbourFailed } from './neighbour.ts';
import { type Crossing, droppedAt, ended, passage } from './passage.ts';
import { resolveNeighbour } from './resolve.ts';
import { sendThroughTun, sendThroughVxlan } from './tunnel.ts';
import { meetUncapturedHost, type TowardsUncaptured } from './uncaptured.ts';
import { crossUnderlay, type UnderlayFrame } from './underlay.ts';
import { actsAsDocumented } from './unproved.ts';
import { sendThroughWireguard } from './wireguard.ts';
import { kernelOf, lowerOf, segmentOf, type World, wirePeer } from './world.ts';

type Transmit = Extract<Departure, { readonly kind: 'transmit' }>;

/** Takes a packet over the device it was sent on. */
export function transmit(world: World, kernel: Kernel, out: Transmit): Crossing {
  const { skb } = out;
  record(kernel, skb, { kind: 'transmit', device: out.device }, { oif: out.device });
  const device = deviceNamed(kernel.netns, out.device);
  if (!device) {
    world.run.unsupported({
      construct: `device ${out.device} is not in the snapshot`,
      where: kernel.netns.ref,
      source: null,
    });
    return ended({ kind: 'unknown', kernel, skb });
  }
  if (!actsAsDocumented(kernel, device)) return ended({ kind: 'unknown', kernel, skb });
  switch (device.details.kind) {
    case 'loopback':
      return loopBack(kernel, device.name, skb);
    case 'bridge':
      return leaveBridge(world, kernel, out);
    case 'vxlan':
      return sendThroughVxlan(kernel, device, device.details.vxlan, out);
    case 'tun':
      return sendThroughTun(kernel, device, device.details.tun, skb);
    case 'ip-tunnel':
      return sendThroughIpTunnel(kernel, device, device.details.tunnel, out);
    case 'geneve': {
      const { geneve } = device.details;
      return leaveResolved(world, kernel, out, () => {
        const egress = passFrameHook(kernel, skb, {
          kind: 'device',
          hook: 'egress',
          device: device.name,
        });
        if (egress.ended) return passage(kernel, egress.ended);
        return sendThroughGeneve(kernel, device, geneve, egress.skb, out.socket);
      });
    }
    case 'wireguard':
      return sendThroughWireguard(world, kernel, device, device.details.wireguard, out);
    case 'dummy':
      // Linux: dummy_xmit() lets every packet go.
      record(
        kernel,
        skb,
        { kind: 'drop', reason: 'NOT_SPECIFIED', at: `dummy ${device.name}` },
        { oif: device.name },
      );
      return droppedAt(kernel, skb, 'NOT_SPECIFIED');
    case 'veth':
    case 'ethernet':
    case 'vlan':
    case 'macvlan':
    case 'bond':
      return leaveResolved(world, kernel, out, (target) =>
        leaveDevice(world, kernel, device.name, skb, target),
      );
    case 'other':
      world.run.unsupported({
        construct: `device kind ${device.details.infoKind} (${device.name})`,
        where: kernel.netns.ref,
        source: device.source,
      });
      return ended({ kind: 'unknown', kernel, skb });
  }
}

/** Out of the loopback device and in by it. Linux: loopback_xmit(). */
function loopBack(kernel: Kernel, device: string, sent: Skb): Crossing {
  const egress = passFrameHook(kernel, sent, { kind: 'device', hook: 'egress', device });
  if (egress.ended) return passage(kernel, egress.ended);
  return comeIn(kernel, { skb: egress.skb, iif: device, looped: true });
}

/** A packet of the IP stack that leaves by a bridge: out of the port its neighbour is behind. */
function leaveBridge(world: World, kernel: Kernel, out: Transmit): Crossing {
  return leaveResolved(world, kernel, out, (target) => {
    const port = portTowards(world.network, kernel.netns, out.device, target);
    if (port === null) {
      const [tunnel] = portsOf(kernel.netns, out.device).flatMap((name) =>
        withoutCable(kernel, name),
      );
      if (!tunnel) return beyondTheLink(world, kernel, out, target, false);
      world.run.unsupported(tunnel);
      return ended({ kind: 'unknown', kernel, skb: out.skb });
    }
    const sent = sendIntoBridge(kernel, out, port);
    return sent.ended
      ? passage(kernel, sent.ended)
      : leaveDevice(world, kernel, port, sent.skb, target);
  });
}

/** Rules for frames of the host itself: at the bridge device, then in the bridge. Linux: br_dev_xmit(). */
function sendIntoBridge(kernel: Kernel, out: Transmit, port: string): FramePass {
  const places: readonly FramePlace[] = [
    { kind: 'device', hook: 'egress', device: out.device },
    { kind: 'bridge', hook: 'output', iif: '', oif: port },
    { kind: 'bridge', hook: 'postrouting', iif: '', oif: port },
  ];
  let { skb } = out;
  for (const place of places) {
    const passed = passFrameHook(kernel, skb, place);
    if (passed.ended) return passed;
    skb = passed.skb;
  }
  const ended =
    stoppedByVlan(kernel, { skb, bridge: out.device, from: out.device, to: port }) ??
    refusedAsTooLong(kernel, skb, port, TAG_BYTES);
  return ended ? { ended, skb } : { ended: null, skb };
}

/** On to the neighbour, once it is known who that is. */
function leaveResolved(
  world: World,
  kernel: Kernel,
  out: Transmit,
  leave: (target: FrameTarget) => Crossing,
): Crossing {
  const resolved = resolveNeighbour(world, kernel, out);
  switch (resolved.kind) {
    case 'found':
      return leave(resolved.target);
    case 'failed':
      return neighbourFailed(kernel, out.skb, out.nexthop, out.device, out.iif);
  }
}

/** Out of a device with a cable: a veth's other end or an underlay segment. */
export function leaveDevice(
  world: World,
  kernel: Kernel,
  device: string,
  sent: Skb,
  target: FrameTarget,
): Crossing {
  const egress = passFrameHook(kernel, sent, { kind: 'device', hook: 'egress', device });
  if (egress.ended) return passage(kernel, egress.ended);
  const { skb } = egress;
  if (deviceNamed(kernel.netns, device)?.carrier === false) {
    record(kernel, skb, { kind: 'drop', reason: 'QDISC_DROP', at: device }, { oif: device });
    return droppedAt(kernel, skb, 'QDISC_DROP');
  }
  const peer = wirePeer(world.network, kernel.netns, device);
  if (peer) return arriveIfShort(world, kernel, peer, skb, target);
  const segment = segmentOf(world.network, kernel.netns, device);
  if (segment) {
    const crossed = crossUnderlay(world, kernel, segment, { device, skb, target });
    switch (crossed.kind) {
      case 'member': {
        const there = kernelOf(world, crossed.member.netns);
        const refused = there && refusedByCard(there, skb, crossed.member.device);
        if (there && refused) return passage(there, refused);
        return arrive(world, kernel, crossed.member, skb, target);
      }
      case 'dropped':
        return droppedAt(kernel, skb, 'NOT_SPECIFIED');
      case 'nobody':
        break;
    }
  }
  const down = segment ? null : goDown(world, kernel, { device, skb, target });
  if (down) return down;
  const complete = segment?.complete ?? false;
  const nexthop = addressOf(target, skb);
  return beyondTheLink(world, kernel, { device, skb, nexthop }, target, complete);
}

/** A port of a bridge that leads nowhere by a cable, and may carry a frame all the same: a tunnel. */
function withoutCable({ netns }: Kernel, name: string): readonly UnsupportedUse[] {
  const device = deviceNamed(netns, name);
  switch (device?.details.kind) {
    case 'vxlan':
    case 'geneve':
    case 'tun':
    case 'ip-tunnel':
    case 'wireguard':
    case 'dummy':
    case 'other': {
      const { details, master, source } = device;
      const kind = details.kind === 'other' ? details.infoKind : details.kind;
      const construct = `${kind} ${name} as a port of ${master ?? 'another device'}`;
      return [{ construct, where: netns.ref, source }];
    }
    default:
      return [];
  }
}

/** A frame that no captured host takes. */
function beyondTheLink(
  world: World,
  kernel: Kernel,
  out: Omit<TowardsUncaptured, 'complete'>,
  target: FrameTarget,
  complete: boolean,
): Crossing {
  if (target.kind !== 'nobody') return meetUncapturedHost(world, kernel, { ...out, complete });
  const at = `frame for ${target.mac} on ${out.device}`;
  record(kernel, out.skb, { kind: 'drop', reason: 'OTHERHOST', at }, { oif: out.device });
  return droppedAt(kernel, out.skb, 'OTHERHOST');
}

/** What the kernel itself carries to another device has to fit it. Linux: __dev_forward_skb(). */
function arriveIfShort(
  world: World,
  sender: Kernel,
  end: DeviceRef,
  sent: Skb,
  target: FrameTarget,
): Crossing {
  const there = kernelOf(world, end.netns);
  const refused = there && refusedAsTooLong(there, sent, end.device, TAG_BYTES);
  return there && refused ? passage(there, refused) : arrive(world, sender, end, sent, target);
}

/** A frame at the other end of a cable. Linux: skb_scrub_packet(), __netif_receive_skb(). */
function arrive(
  world: World,
  sender: Kernel,
  end: DeviceRef,
  sent: Skb,
  target: FrameTarget,
): Crossing {
  const kernel = kernelOf(world, end.netns);
  if (!kernel) return ended({ kind: 'left', kernel: sender, device: end.device, skb: sent });
  // Another namespace starts without connection and mark; the same one keeps the mark.
  const skb: Skb = {
    packet: sent.packet,
    mark: sameNetns(sender.netns.ref, end.netns) ? sent.mark : 0,
    ct: { kind: 'none' },
    sourceMac: sent.sourceMac,
    destinationMac: sent.destinationMac,
    ...(sent.vlan === undefined ? {} : { vlan: sent.vlan }),
    ...(sent.piece === undefined ? {} : { piece: sent.piece }),
    physin: null,
    physout: null,
  };
  record(kernel, skb, { kind: 'receive', device: end.device }, { iif: end.device });
  return takeIn(world, kernel, end.device, skb, target);
}

/** A frame that came in by a device: to its bridge or to the IP stack. */
export function takeIn(
  world: World,
  kernel: Kernel,
  device: string,
  received: Skb,
  target: FrameTarget,
): Crossing {
  const { netns } = kernel;
  const ingress = passFrameHook(kernel, received, { kind: 'device', hook: 'ingress', device });
  if (ingress.ended) return passage(kernel, ingress.ended);
  const { skb } = ingress;
  const vlan = skb.vlan ?? null;
  const { bridge, up } = entersAt(world.network, netns, { netns: netns.ref, device, vlan });
  const upper = up.find((end) => endReaches(world.network, end, target));
  if (upper) return goUp(world, kernel, upper, skb, target);
  if (bridge !== null) {
    return passage(
      kernel,
      bridgeReceive(kernel, {
        skb,
        bridge,
        port: device,
        target,
        portTo: (receiver) => portTowards(world.network, netns, bridge, receiver, vlan),
      }),
    );
  }
  if (vlan !== null) {
    // Linux: check_vlan_id in __netif_receive_skb_core().
    record(
      kernel,
      skb,
      { kind: 'drop', reason: 'OTHERHOST', at: `no device of VLAN ${vlan} on ${device}` },
      { iif: device },
    );
    return droppedAt(kernel, skb, 'OTHERHOST');
  }
  if (!isFrameFor(netns, target)) {
    const at = `frame for ${formatAddress(addressOf(target, skb))} on ${device}`;
    record(kernel, skb, { kind: 'drop', reason: 'OTHERHOST', at }, { iif: device });
    return droppedAt(kernel, skb, 'OTHERHOST');
  }
  return passage(kernel, receive(kernel, { skb, iif: device, looped: false, prerouted: false }));
}

/** By the device below one that has no cable of its own; null where there is none. */
function goDown(
  world: World,
  kernel: Kernel,
  { device, skb, target }: UnderlayFrame,
): Crossing | null {
  const { network } = world;
  const details = deviceNamed(kernel.netns, device)?.details;
  if (details?.kind === 'bond') {
    const port =
      portTowards(network, kernel.netns, device, target) ?? portsOf(kernel.netns, device)[0];
    return port === undefined ? null : goOut(world, kernel, port, skb, target);
  }
  const sibling = siblingsOf(network, kernel.netns, device).find((end) =>
    endReaches(network, { ...end, vlan: null }, target),
  );
  if (sibling) return arriveIfShort(world, kernel, sibling, skb, target);
  const lower = lowerOf(network, kernel.netns, device);
  const below = lower && kernelOf(world, lower.netns);
  if (!lower || !below) return null;
  const tagged = details?.kind === 'vlan' ? { ...skb, vlan: details.id } : skb;
  if (deviceNamed(below.netns, lower.device)?.details.kind !== 'bridge') {
    return goOut(world, below, lower.device, tagged, target);
  }
  const port = portTowards(network, below.netns, lower.device, target, tagged.vlan ?? null);
  return port === null ? null : goOut(world, below, port, tagged, target);
}

function goOut(
  world: World,
  kernel: Kernel,
  device: string,
  skb: Skb,
  target: FrameTarget,
): Crossing {
  record(kernel, skb, { kind: 'transmit', device }, { oif: device });
  return leaveDevice(world, kernel, device, skb, target);
}

/** To a device on top of the one it came in by: its own tag is gone then. */
function goUp(
  world: World,
  below: Kernel,
  upper: FrameEnd,
  skb: Skb,
  target: FrameTarget,
): Crossing {
  const kernel = kernelOf(world, upper.netns);
  if (!kernel) return ended({ kind: 'left', kernel: below, device: upper.device, skb });
  const { vlan: _, ...untagged } = skb;
  const lifted: Skb = upper.vlan === null ? untagged : skb;
  record(kernel, lifted, { kind: 'receive', device: upper.device }, { iif: upper.device });
  return takeIn(world, kernel, upper.device, lifted, target);
}

/** The address a frame stands for, as far as it stands for one. */
function addressOf(target: FrameTarget, { packet }: Skb): Address {
  return target.kind === 'owner' ? target.address : packet.destination;
}

/** A bridged frame that leaves by a port. */
export function leavePort(
  world: World,
  kernel: Kernel,
  out: Extract<Departure, { readonly kind: 'bridged' }>,
): Crossing {
  record(kernel, out.skb, { kind: 'transmit', device: out.port }, { oif: out.port });
  return leaveDevice(world, kernel, out.port, out.skb, out.target);
}
