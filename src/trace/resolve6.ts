import type { DeviceRef } from '../kernel/device/device.ts';
import { deviceNamed, ownsAddress } from '../kernel/device/find-device.ts';
import type { Kernel } from '../kernel/kernel.ts';
import {
  advertisementPacket,
  answerSolicitation,
  hooksPass,
  type Solicitation,
  solicitationPacket,
  solicitationSource,
} from '../kernel/ndisc.ts';
import type { NetnsState } from '../kernel/netns-state.ts';
import { type Ipv6Address, sameAddress } from '../packet/address.ts';
import type { Packet } from '../packet/packet.ts';
import { netnsKey, sameNetns } from '../packet/place.ts';
import { type BridgeHop, bridgesBetween } from './bridges-between.ts';
import { learntKey } from './learnt.ts';
import type { LinkEnds } from './link.ts';
import type { World } from './world.ts';

/** A packet that waits for its neighbour. */
export interface Waiting {
  readonly device: string;
  readonly nexthop: Ipv6Address;
  readonly source: Ipv6Address;
}

/**
 * Devices that answer a solicitation for the next hop; those of a host with the address come first. Question
 * and answer pass the hooks of both namespaces, and a rule that drops them cuts the neighbours off.
 * Linux: ndisc_solicit(), ndisc_recv_ns(), ndisc_recv_na().
 */
export function solicitLink(
  world: World,
  kernel: Kernel,
  waiting: Waiting,
  link: LinkEnds,
): readonly DeviceRef[] {
  const { device, nexthop } = waiting;
  if (kernel.netns.devices === undefined) return ownersOn(world, kernel, nexthop, link);
  const source = solicitationSource(kernel.netns, device, waiting.source);
  if (source === null) return [];
  const asked: Solicitation = { source, target: nexthop };
  const question = solicitationPacket(asked);
  if (!hooksPass(kernel, question, { kind: 'out', device })) return [];
  const asker = { netns: kernel.netns.ref, device };
  const own: DeviceRef[] = [];
  const proxies: DeviceRef[] = [];
  for (const end of link.ends) {
    const netns = world.network.namespaces.get(netnsKey(end.netns));
    if (!netns || sameNetns(netns.ref, kernel.netns.ref)) continue;
    const answer = answerSolicitation(netns, end.device, asked, world.run.decider);
    if (answer === null) continue;
    const there: Kernel = { netns, run: world.run };
    const between = bridgesBetween(world.network, kernel.netns, device, end) ?? [];
    if (!crosses(world, between, question)) continue;
    if (!hooksPass(there, question, { kind: 'in', device: end.device })) continue;
    // Who answers knows whom. Linux: ndisc_recv_ns().
    world.run.learnt.set(learntKey(netns, end.device, source), asker);
    if (answersElsewhere(netns, end.device, source, deviceNamed(kernel.netns, device)?.mac))
      continue;
    const reply = advertisementPacket(asked);
    if (!hooksPass(there, reply, { kind: 'out', device: end.device })) continue;
    if (!crosses(world, between.map(turned).reverse(), reply)) continue;
    if (!hooksPass(kernel, reply, { kind: 'in', device })) continue;
    (answer === 'own' ? own : proxies).push(end);
  }
  return own.length > 0 ? own : proxies;
}

/**
 * Whether the answer goes to another MAC than the asker's: other than that of ARP it is sent by the neighbour table,
 * where an entry that somebody made is not corrected. Linux: ndisc_send_na(), neigh_update().
 */
function answersElsewhere(
  { neighbours }: NetnsState,
  device: string,
  asker: Ipv6Address,
  mac: string | null | undefined,
): boolean {
  const entry = neighbours?.find(
    (known) =>
      known.device === device &&
      known.states.some((state) => state === 'PERMANENT' || state === 'NOARP') &&
      sameAddress(known.address, asker),
  );
  return Boolean(mac && entry?.mac && entry.mac !== mac);
}

/** Whether a message gets through the bridges on its way. */
function crosses(world: World, bridges: readonly BridgeHop[], message: Packet): boolean {
  return bridges.every(({ netns, bridge, from, to }) =>
    hooksPass({ netns, run: world.run }, message, { kind: 'bridged', bridge, from, to }),
  );
}

function turned(hop: BridgeHop): BridgeHop {
  return { ...hop, from: hop.to, to: hop.from };
}

/** Where nothing is known of the asker's devices, the owner answers. */
function ownersOn(
  world: World,
  kernel: Kernel,
  nexthop: Ipv6Address,
  link: LinkEnds,
): readonly DeviceRef[] {
  return link.ends.filter((end) => {
    const netns = world.network.namespaces.get(netnsKey(end.netns));
    return netns && !sameNetns(netns.ref, kernel.netns.ref) && ownsAddress(netns, nexthop);
  });
}
