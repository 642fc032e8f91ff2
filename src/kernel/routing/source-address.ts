import { type Address, formatAddress, IPV4_ANY, ipv4 } from '../../packet/address.ts';
import { netnsKey } from '../../packet/place.ts';
import { ipv4Mask } from '../../packet/prefix.ts';
import type { Decider } from '../decide.ts';
import type { InterfaceAddress } from '../device/device.ts';
import { deviceNamed } from '../device/find-device.ts';
import type { NetnsState } from '../netns-state.ts';
import type { SourceChoice } from '../step.ts';
import { routeLocalnet } from '../sysctl-lookup.ts';
import type { Nexthop, Route } from './route.ts';

/** The address a packet gets, and why; null when no device has one. */
export interface SelectedSource {
  readonly address: Address;
  readonly choice: SourceChoice;
}

const SCOPES: Readonly<Record<string, number>> = {
  global: 0,
  site: 200,
  link: 253,
  host: 254,
  nowhere: 255,
};

/** Scopes as numbers: the wider, the smaller. Linux: enum rt_scope_t. */
export const SCOPE = { global: 0, link: 253, host: 254 } as const;

/** A scope by its number in the kernel. */
export function scopeNumber(scope: InterfaceAddress['scope'] | Route['scope']): number {
  return typeof scope === 'number' ? scope : (SCOPES[scope] ?? 0);
}

/**
 * An address for packets that leave by a device: the first primary one whose subnet has the next
 * hop, else the first eligible one, else one of another device. Linux: inet_select_addr().
 */
export function selectSource(
  netns: NetnsState,
  wanted: {
    readonly device: string;
    /** The next hop whose subnet is preferred, or null. */
    readonly toward: Address | null;
    /** The narrowest scope that will do. */
    readonly scope: number;
  },
  decider: Decider,
): SelectedSource | null {
  const { device, toward, scope } = wanted;
  let first: Address | null = null;
  const held = addressesOf(netns, device, decider);
  for (const candidate of held) {
    if (candidate.secondary || candidate.address.family !== 4) continue;
    let own = scopeNumber(candidate.scope);
    // Host-scope addresses count as link-scope where 127/8 is routed.
    if (own > SCOPE.link && own > scope && routeLocalnet(netns, device, decider)) own = SCOPE.link;
    if (own > scope) continue;
    if (toward === null) return { address: candidate.address, choice: 'first-address' };
    if (inSubnet(candidate, toward))
      return { address: candidate.address, choice: 'gateway-subnet' };
    first ??= candidate.address;
  }
  if (first) return { address: first, choice: 'first-address' };
  return selectFromOtherDevices(netns, scope, decider);
}

/** Whether an address lies in the subnet of an interface address. Linux: inet_ifa_match(). */
export function inSubnet(held: InterfaceAddress, address: Address): boolean {
  const base = held.peer ?? held.address;
  if (base.family !== 4 || address.family !== 4) return false;
  return ((base.bits ^ address.bits) & ipv4Mask(held.prefixLength)) === 0;
}

/**
 * The first address of any device. The kernel goes by when a device came into the namespace, which
 * no listing shows; their numbers tell it, unless one was moved here. The loopback device is the first
 * of every namespace. Linux: inet_select_addr(), loopback_net_init().
 */
function selectFromOtherDevices(
  netns: NetnsState,
  scope: number,
  decider: Decider,
): SelectedSource | null {
  const devices = (netns.devices ?? []).toSorted((a, b) => a.ifindex - b.ifindex);
  const firsts = devices.flatMap((device) => {
    const usable = device.addresses.find(({ secondary, address, scope: own }) => {
      const number = scopeNumber(own);
      return !secondary && address.family === 4 && number !== SCOPE.link && number <= scope;
    });
    return usable
      ? [{ address: usable.address, loopback: device.details.kind === 'loopback' }]
      : [];
  });
  const [first] = firsts;
  if (!first) return null;
  if (first.loopback || firsts.length === 1) return otherDevice(first.address);
  const answer = decider.decide({
    id: `interface-address:${netnsKey(netns.ref)}:any:${scope}`,
    kind: 'unknown',
    topic: 'interface-address',
    where: netns.ref,
    subject: 'the first address of any device',
    options: firsts.map(({ address }, i) => ({
      value: formatAddress(address),
      probability: 1,
      cost: i === 0 ? 0 : 2,
    })),
  });
  const chosen = firsts.find(({ address }) => formatAddress(address) === answer.value);
  return otherDevice((chosen ?? first).address);
}

function otherDevice(address: Address): SelectedSource {
  return { address, choice: 'other-device' };
}

/**
 * A device's addresses. Where they were not collected, the routes that the kernel made for them
 * tell them; without those the address is asked for.
 */
function addressesOf(
  netns: NetnsState,
  device: string,
  decider: Decider,
): readonly InterfaceAddress[] {
  if (netns.devices) return deviceNamed(netns, device)?.addresses ?? [];
  const connected = (netns.routing.routes ?? []).filter(
    (route) =>
      route.protocol === 'kernel' &&
      route.prefsrc !== null &&
      (route.type === 'unicast' || route.type === 'local') &&
      route.nexthops[0]?.device === device,
  );
  const addresses = connected.flatMap((route): InterfaceAddress[] => {
    if (route.prefsrc === null) return [];
    return [
      {
        address: route.prefsrc,
        prefixLength: route.destination.length,
        peer: null,
        scope: device === 'lo' ? 'host' : 'global',
        secondary: false,
        broadcast: null,
      },
    ];
  });
  if (addresses.length > 0) {
    return addresses.toSorted((a, b) => a.prefixLength - b.prefixLength);
  }
  decider.decide({
    id: `interface-address:${netnsKey(netns.ref)}:${device}`,
    kind: 'unknown',
    topic: 'interface-address',
    where: netns.ref,
    subject: device,
    options: [{ value: 'none', probability: 1, cost: 0 }],
  });
  return [];
}

/**
 * The source a route gives a packet that has none: its `src`, else an address of its device.
 * Linux: fib_result_prefsrc().
 */
export function sourceOfRoute(
  netns: NetnsState,
  route: Route,
  nexthop: Nexthop,
  decider: Decider,
): SelectedSource {
  if (route.prefsrc) return { address: route.prefsrc, choice: 'route-prefsrc' };
  const { device, gateway } = nexthop;
  const scope = gateway?.family === 6 ? SCOPE.link : scopeNumber(route.scope);
  const toward = gateway?.family === 6 ? null : gateway;
  return selectSource(netns, { device, toward, scope }, decider) ?? NO_SOURCE;
}

/** What the kernel sends with when no device has an address. */
export const NO_SOURCE: SelectedSource = { address: IPV4_ANY, choice: 'other-device' };

/**
 * The source MASQUERADE gives, or null when there is none and it drops the packet ("ate my IP
 * address"). A route's `src` is ignored. Linux: nf_nat_masquerade_ipv4().
 */
export function masqueradeSource(
  netns: NetnsState,
  device: string,
  nexthop: Address | null,
  destination: Address,
  decider: Decider,
): Address | null {
  const toward = nexthop?.family === 4 ? nexthop : destination;
  const wanted = { device, toward, scope: SCOPE.global };
  const selected = selectSource(netns, wanted, decider);
  return selected === null || selected.address.bits === ipv4(0).bits ? null : selected.address;
}
