import type { Device } from '../../kernel/device/device.ts';
import type { Network } from '../../kernel/network.ts';
import type { Step } from '../../kernel/step.ts';
import { type Address, sameAddress } from '../../packet/address.ts';
import { type Packet, ports } from '../../packet/packet.ts';
import { type NetnsRef, netnsKey } from '../../packet/place.ts';
import type { Outcome } from '../../trace/trace.ts';

/** The way of a request through its first node, as the model saw it. */
export interface Way {
  readonly where: NetnsRef;
  /** Source as the node's hooks first saw it, and as it left. */
  readonly source: Address;
  readonly sentSource: Address;
  readonly service: { readonly address: Address; readonly port: number };
  readonly endpoint: { readonly address: Address; readonly port: number };
  /** Where the destination was translated, or null when it was not. */
  readonly translatedIn: 'OUTPUT' | 'PREROUTING' | null;
  /** The device of the first lookup; null for a packet that was forwarded. */
  readonly firstDevice: string | null;
  /** The device the packet left by. */
  readonly device: Device | null;
}

/**
 * The way through the node that translates the request, or through the client's own node. Null
 * when the packet did not leave it.
 */
export function wayOf(network: Network, outcome: Outcome): Way | null {
  const steps = outcome.packets.find(({ direction }) => direction === 'original')?.steps ?? [];
  const translated = steps.find(
    ({ action }) => action.kind === 'nat' && action.manip === 'dst' && action.how === 'new',
  );
  const where = translated?.where ?? steps[0]?.where;
  if (!where) return null;
  const own = steps.filter((step) => netnsKey(step.where) === netnsKey(where));
  const first = own[0];
  const sent = own.find(({ action }) => action.kind === 'transmit');
  if (!first || sent?.action.kind !== 'transmit') return null;
  const name = sent.action.device;
  const netns = network.namespaces.get(netnsKey(where));
  const lookup = own.find(
    ({ action }) => action.kind === 'route' && action.purpose === 'output',
  )?.action;
  const before = innermost(chosen(own) ?? first);
  const after = innermost(sent);
  return {
    where,
    source: before.source,
    sentSource: after.source,
    service: { address: before.destination, port: ports(before).dport },
    endpoint: { address: after.destination, port: ports(after).dport },
    translatedIn: translatedIn(translated),
    firstDevice: lookup?.kind === 'route' ? lookup.device : null,
    device: netns?.devices?.find((device) => device.name === name) ?? null,
  };
}

/** The step that has the chosen source address. */
function chosen(steps: readonly Step[]): Step | undefined {
  return steps.find(({ action }) => action.kind === 'source-address');
}

function translatedIn(step: Step | undefined): Way['translatedIn'] {
  if (step?.action.kind !== 'nat') return null;
  return step.action.hook === 'output' ? 'OUTPUT' : 'PREROUTING';
}

function innermost(step: Step): Packet {
  let packet = step.skb.packet;
  while (packet.inner) packet = packet.inner.packet;
  return packet;
}

/** Whether a device carries packets inside others. */
export function isOverlayDevice(device: Device | null): device is Device {
  return device?.details.kind === 'tun' || device?.details.kind === 'vxlan';
}

/** Whether the packet leaves by another device than the one its source was chosen on. */
export function sourceFromElsewhere(way: Way): boolean {
  return (
    way.device !== null &&
    sameAddress(way.source, way.sentSource) &&
    !way.device.addresses.some(({ address }) => sameAddress(address, way.sentSource))
  );
}
