import type { DeviceRef } from '../kernel/device/device.ts';
import { deviceNamed } from '../kernel/device/find-device.ts';
import type { FrameTarget } from '../kernel/device/frame-target.ts';
import { type Kernel, record } from '../kernel/kernel.ts';
import type { Segment } from '../kernel/network.ts';
import type { Skb } from '../kernel/skb.ts';
import { sameAddress } from '../packet/address.ts';
import { type Packet, ports } from '../packet/packet.ts';
import { netnsKey } from '../packet/place.ts';
import { endReaches } from './link.ts';
import type { World } from './world.ts';

/** A frame on its way into a segment. */
export interface UnderlayFrame {
  readonly device: string;
  readonly skb: Skb;
  readonly target: FrameTarget;
}

export type UnderlayResult =
  | { readonly kind: 'member'; readonly member: DeviceRef }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'nobody' };

/**
 * What the fabric between nodes does with a frame. Unless the snapshot says that it drops
 * nothing, it may: everything, an encapsulation's port, or packets whose source address is not
 * the sending host's (source checks of clouds and switches).
 */
export function crossUnderlay(
  world: World,
  kernel: Kernel,
  segment: Segment,
  frame: UnderlayFrame,
): UnderlayResult {
  const { skb } = frame;
  if (segment.filters === 'unknown' && filtered(world, kernel, segment, frame)) {
    record(
      kernel,
      skb,
      { kind: 'drop', reason: 'NOT_SPECIFIED', at: `underlay ${segment.name}` },
      { oif: frame.device },
    );
    return { kind: 'dropped' };
  }
  const member = segment.members.find((candidate) => {
    if (netnsKey(candidate.netns) === netnsKey(kernel.netns.ref)) return false;
    return endReaches(world.network, { ...candidate, vlan: skb.vlan ?? null }, frame.target);
  });
  if (!member) return { kind: 'nobody' };
  record(kernel, skb, { kind: 'underlay', segment: segment.name }, { oif: frame.device });
  return { kind: 'member', member };
}

function filtered(world: World, kernel: Kernel, segment: Segment, frame: UnderlayFrame): boolean {
  const { packet } = frame.skb;
  const ask = (what: string, subject: string, cost: number): boolean =>
    world.run.decider.decide({
      id: `underlay:${segment.name}:${what}`,
      kind: 'unknown',
      topic: 'underlay',
      where: null,
      subject,
      options: [
        { value: 'pass', probability: 1, cost: 0 },
        { value: 'drop', probability: 1, cost },
      ],
    }).value === 'drop';
  if (ask('all', `underlay ${segment.name}`, 6)) return true;
  if (packet.inner) {
    const what = carrierOf(packet);
    if (ask(what.id, `${what.text} on underlay ${segment.name}`, 3)) return true;
  }
  const device = deviceNamed(kernel.netns, frame.device);
  const own = (device?.addresses ?? []).some((held) => sameAddress(held.address, packet.source));
  return !own && ask('foreign-source', `foreign source addresses on underlay ${segment.name}`, 2);
}

/** What a fabric would have to let through: the UDP port of an encapsulation, or its protocol. */
function carrierOf(packet: Packet): { readonly id: string; readonly text: string } {
  const { dport } = ports(packet);
  if (packet.transport.kind === 'udp') return { id: `udp-${dport}`, text: `UDP port ${dport}` };
  const { protocol } = packet;
  return { id: `protocol-${protocol}`, text: `IP protocol ${protocol}` };
}
