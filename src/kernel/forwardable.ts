import { netnsKey } from '../packet/place.ts';
import { type Departure, dropped } from './departure.ts';
import type { Device } from './device/device.ts';
import { deviceNamed } from './device/find-device.ts';
import { type Kernel, record } from './kernel.ts';
import type { Skb } from './skb.ts';

/** Bytes that a frame may be longer than the device says: those of a VLAN tag. Linux: VLAN_HLEN. */
export const TAG_BYTES = 4;

/**
 * The end of a frame that is longer than a device takes, or null. Nobody is told. Many segments of TCP that
 * leave their host as one are measured by nobody: it is asked whether they do, and assumed that they do not.
 * Linux: is_skb_forwardable(); with br_netfilter br_nf_dev_queue_xmit(), which leaves no bytes for a tag.
 * docs/lab-notes/frames-longer-than-a-device-takes.md.
 */
export function refusedAsTooLong(
  kernel: Kernel,
  skb: Skb,
  name: string,
  spare: number,
): Extract<Departure, { readonly kind: 'dropped' }> | null {
  const device = deviceNamed(kernel.netns, name);
  if (!device || lengthOf(skb) <= device.mtu + spare) return null;
  if (isSegment(skb) && leaveAsOne(kernel, name, device.mtu)) return null;
  return tooLong(kernel, skb, device);
}

/**
 * The same of a frame that comes over a cable into a card, where the kernel has no say: most cards are told to
 * take no more than the MTU and a tag.
 */
export function refusedByCard(
  kernel: Kernel,
  skb: Skb,
  name: string,
): Extract<Departure, { readonly kind: 'dropped' }> | null {
  const { netns, run } = kernel;
  const device = deviceNamed(netns, name);
  if (!device || lengthOf(skb) <= device.mtu + TAG_BYTES) return null;
  const { value } = run.decider.decide({
    id: `card:${netnsKey(netns.ref)}:${name}:too-long`,
    kind: 'unknown',
    topic: 'mtu',
    where: netns.ref,
    subject: `packets over ${device.mtu} bytes that come to ${name}`,
    options: [
      { value: 'dropped', probability: 1, cost: 0 },
      { value: 'taken', probability: 1, cost: 1 },
    ],
  });
  return value === 'taken' ? null : tooLong(kernel, skb, device);
}

function tooLong(
  kernel: Kernel,
  skb: Skb,
  { name, mtu }: Device,
): Extract<Departure, { readonly kind: 'dropped' }> {
  const length = lengthOf(skb);
  const at = `mtu ${mtu} of ${name}`;
  record(kernel, skb, { kind: 'mtu', mtu, length }, { iif: name });
  record(kernel, skb, { kind: 'drop', reason: 'NOT_SPECIFIED', at }, { iif: name });
  return dropped(skb, 'NOT_SPECIFIED', at);
}

/** Of the packet or of its longest fragment, bytes. */
function lengthOf({ packet, piece }: Skb): number {
  return Math.min(packet.length, piece ?? packet.length);
}

function isSegment({ packet }: Skb): boolean {
  const { transport } = packet.inner?.packet ?? packet;
  return transport.kind === 'tcp';
}

function leaveAsOne({ netns, run }: Kernel, device: string, mtu: number): boolean {
  const answer = run.decider.decide({
    id: `offload:${netnsKey(netns.ref)}:${device}`,
    kind: 'unknown',
    topic: 'mtu',
    where: netns.ref,
    subject: `segments over ${mtu} bytes at ${device}`,
    options: [
      { value: 'one by one', probability: 1, cost: 0 },
      { value: 'many as one', probability: 1, cost: 2 },
    ],
  });
  return answer.value === 'many as one';
}
