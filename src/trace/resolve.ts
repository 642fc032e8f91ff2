import { answerArp, arpSender } from '../kernel/arp.ts';
import type { Departure } from '../kernel/departure.ts';
import type { DeviceRef, Neighbour } from '../kernel/device/device.ts';
import { ownsAddress } from '../kernel/device/find-device.ts';
import type { FrameTarget } from '../kernel/device/frame-target.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { dropsArp } from '../kernel/netfilter/unmodelled-tables.ts';
import type { NetnsState } from '../kernel/netns-state.ts';
import { proxyArp, proxyArpPvlan } from '../kernel/sysctl-lookup.ts';
import { formatAddress, sameAddress } from '../packet/address.ts';
import { netnsKey, sameNetns } from '../packet/place.ts';
import { learntKey } from './learnt.ts';
import { type LinkEnds, linkEnds } from './link.ts';
import { solicitLink } from './resolve6.ts';
import type { World } from './world.ts';

type Transmit = Extract<Departure, { readonly kind: 'transmit' }>;

/** Whom a packet's frame goes to. */
export type Resolution =
  | { readonly kind: 'found'; readonly target: FrameTarget }
  /** Everybody who could answer is known, and nobody does. */
  | { readonly kind: 'failed' };

/** States whose MAC is used without a question. Linux: NUD_VALID. */
const VALID = new Set(['PERMANENT', 'NOARP', 'REACHABLE', 'STALE', 'DELAY', 'PROBE']);
/** Of these, the ones that no answer of another host corrects. */
const FIXED = new Set(['PERMANENT', 'NOARP']);

/**
 * The neighbour of a packet that leaves by an Ethernet device: by the neighbour table, else by
 * ARP or neighbour discovery. Who is not captured answers nothing here; `meetUncapturedHost` asks about it.
 * Linux: ip_finish_output2(), neigh_resolve_output().
 */
export function resolveNeighbour(world: World, kernel: Kernel, out: Transmit): Resolution {
  const owner: FrameTarget = { kind: 'owner', address: out.nexthop };
  const link = linkEnds(world.network, kernel.netns, out.device, 'open-ports');
  const entry = kernel.netns.neighbours?.find(
    ({ device, address, mac, states }) =>
      device === out.device &&
      mac !== null &&
      sameAddress(address, out.nexthop) &&
      states.some((state) => VALID.has(state)),
  );
  const known = entry ? byEntry(world, kernel, entry) : null;
  if (known) return { kind: 'found', target: known };
  const learnt = world.run.learnt.get(learntKey(kernel.netns, out.device, out.nexthop));
  if (learnt) return { kind: 'found', target: { kind: 'device', end: learnt } };
  const { nexthop, device, skb } = out;
  const { source } = skb.packet;
  const answers =
    nexthop.family === 6 && source.family === 6
      ? solicitLink(world, kernel, { device, nexthop, source }, link)
      : askLink(world, kernel, out, link);
  const first = answers[0];
  if (!first) {
    const silent = link.ends.some((end) => {
      const netns = world.network.namespaces.get(netnsKey(end.netns));
      return netns !== undefined && ownsAddress(netns, out.nexthop);
    });
    return silent || link.complete ? { kind: 'failed' } : { kind: 'found', target: owner };
  }
  const end = chooseAnswer(kernel, out, answers);
  world.run.learnt.set(learntKey(kernel.netns, out.device, out.nexthop), end);
  return { kind: 'found', target: { kind: 'device', end } };
}

/** The device with an entry's MAC; null where ARP would correct the entry. */
function byEntry(world: World, kernel: Kernel, entry: Neighbour): FrameTarget | null {
  const link = linkEnds(world.network, kernel.netns, entry.device, 'any-port');
  const macs = link.ends.map((end) => {
    const netns = world.network.namespaces.get(netnsKey(end.netns));
    return { end, macs: netns ? macsOf(netns, end.device) : null };
  });
  const holder = macs.find((item) => item.macs?.has(entry.mac ?? ''));
  if (holder) return { kind: 'device', end: holder.end };
  const certain =
    link.complete && macs.every((item) => item.macs) && entry.states.some((s) => FIXED.has(s));
  return certain ? { kind: 'nobody', mac: entry.mac ?? '' } : null;
}

/** MACs that a stack takes frames for: its device's, and those of the ports of a bridge. Null: unknown. */
function macsOf(netns: NetnsState, device: string): ReadonlySet<string> | null {
  const devices = (netns.devices ?? []).filter(
    ({ name, master }) => name === device || master === device,
  );
  const macs = devices.flatMap(({ mac }) => (mac === null ? [] : [mac]));
  return macs.length === devices.length && macs.length > 0 ? new Set(macs) : null;
}

/** Devices that answer for the next hop; those of a host with the address come first. */
function askLink(
  world: World,
  kernel: Kernel,
  out: Transmit,
  link: LinkEnds,
): readonly DeviceRef[] {
  const { decider } = world.run;
  const own: DeviceRef[] = [];
  const proxies: DeviceRef[] = [];
  for (const end of link.ends) {
    const netns = world.network.namespaces.get(netnsKey(end.netns));
    if (!netns || sameNetns(netns.ref, kernel.netns.ref)) continue;
    const owns = ownsAddress(netns, out.nexthop);
    if (!isKnown(netns) || !isKnown(kernel.netns)) {
      // With the kernel's defaults the owner answers.
      if (owns) own.push(end);
      continue;
    }
    const proxied =
      proxyArp(netns, end.device, decider) || proxyArpPvlan(netns, end.device, decider);
    if (!owns && !proxied && !hasLocalRoutes(netns)) continue;
    const asked = { device: out.device, source: out.skb.packet.source, target: out.nexthop };
    const sender = arpSender(kernel.netns, asked, decider);
    const request = { device: end.device, sender, target: out.nexthop };
    if (dropsArp({ netns, run: world.run }, end.device)) continue;
    const answer = answerArp(netns, request, decider);
    // Who answers knows whom: its own answer later needs no question. Linux: neigh_event_ns().
    if (answer !== null) {
      const asker = { netns: kernel.netns.ref, device: out.device };
      world.run.learnt.set(learntKey(netns, end.device, sender), asker);
    }
    if (answer === 'own') own.push(end);
    if (answer === 'proxy') proxies.push(end);
  }
  // Proxies wait before they answer. Linux: proxy_delay.
  return own.length > 0 ? own : proxies;
}

/** Whether a namespace's answer can be told from its settings and routes. */
function isKnown(netns: NetnsState): boolean {
  return (
    netns.sysctls.complete && netns.routing.routes !== undefined && netns.devices !== undefined
  );
}

/** Local routes that no address made: `ip route add local 10.96.0.0/16 dev lo`. */
function hasLocalRoutes(netns: NetnsState): boolean {
  return (netns.routing.routes ?? []).some(
    ({ type, protocol }) => type === 'local' && protocol !== 'kernel',
  );
}

/** Of several answers the first one that comes is used, which nobody knows before. */
function chooseAnswer(kernel: Kernel, out: Transmit, answers: readonly DeviceRef[]): DeviceRef {
  const names = answers.map(({ netns, device }) => `${netnsKey(netns)} ${device}`);
  const [only] = answers;
  if (answers.length === 1 && only) return only;
  const address = formatAddress(out.nexthop);
  const { value } = kernel.run.decider.decide({
    id: `arp:${netnsKey(kernel.netns.ref)}:${out.device}:${address}`,
    kind: 'random',
    topic: 'neighbour',
    where: kernel.netns.ref,
    subject: `${address} on ${out.device}: ${names.join(', ')}`,
    options: names.map((name) => ({ value: name, probability: 1 / names.length, cost: 0 })),
  });
  const chosen = answers[names.indexOf(value)] ?? only;
  if (!chosen) throw new Error('no answer');
  return chosen;
}
