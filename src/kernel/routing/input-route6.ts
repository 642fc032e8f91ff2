import type { Errno } from '../../linux/errno.ts';
import { formatAddress } from '../../packet/address.ts';
import { ipv6Kind, needsDevice } from '../../packet/ipv6-type.ts';
import { type Packet, ports } from '../../packet/packet.ts';
import { netnsKey } from '../../packet/place.ts';
import { type Decider, yesNo } from '../decide.ts';
import { deviceNamed } from '../device/find-device.ts';
import type { NetnsState } from '../netns-state.ts';
import { ipv6Disabled } from '../sysctl-lookup6.ts';
import { routeMtu6 } from './device-facts.ts';
import type { FibKey } from './fib.ts';
import { fib6Lookup } from './fib-lookup.ts';
import type { InputKey, InputRoute, SourceValidation } from './lookup.ts';
import type { Route } from './route.ts';
import { selectPath6 } from './select-path6.ts';

/** IPv6 validates no source by routes. */
const NOT_VALIDATED: SourceValidation = {
  mode: 0,
  passed: true,
  reverseDevice: null,
  reverseRoute: null,
};

/**
 * Why a packet is thrown away before any hook sees it, or null. Linux: ip6_rcv_core().
 */
export function refusedOnArrival6(
  netns: NetnsState,
  packet: Packet,
  iif: string,
  decider: Decider,
): string | null {
  const { source, destination } = packet;
  if (source.family !== 6 || destination.family !== 6) return null;
  if (ipv6Disabled(netns, iif, decider)) return 'IPV6DISABLED';
  const from = ipv6Kind(source);
  const isLooped = deviceNamed(netns, iif)?.details.kind === 'loopback';
  const loops = from === 'loopback' || ipv6Kind(destination) === 'loopback';
  if ((loops && !isLooped) || from === 'multicast' || from === 'v4-mapped') return 'IP_INHDR';
  return null;
}

/**
 * Where an IPv6 packet from a device goes. Routes by that device are preferred to others of one metric,
 * and an address that means something only on a link has to be reached by it.
 * Linux: ip6_route_input(), ip6_pol_route_input().
 */
export function routeInput6(netns: NetnsState, key: InputKey, decider: Decider): InputRoute {
  const { packet, iif } = key;
  const { destination } = packet;
  if (destination.family !== 6) return { kind: 'drop', reason: 'IP_INHDR', validation: null };
  if (ipv6Kind(destination) === 'multicast') return routeGroup(netns, key, decider);
  const fibKey = fibKeyOf(key);
  const choice = { device: iif, strict: needsDevice(destination) };
  const result = fib6Lookup(netns, fibKey, choice, decider);
  if (result.kind === 'error') return unroutable(result.errno, result.route);
  if (result.route.type === 'local' || result.route.type === 'anycast') {
    return { kind: 'local', route: result.route, validation: NOT_VALIDATED };
  }
  const { route, nexthop, table } = selectPath6(netns, result, fibKey, choice, decider);
  return {
    kind: 'forward',
    device: nexthop.device,
    gateway: nexthop.gateway,
    mtu: routeMtu6(netns, route.mtu, nexthop.device, decider),
    table,
    route,
    validation: NOT_VALIDATED,
  };
}

/** Errors are sent also where nothing is forwarded. Linux: ip6_pkt_discard(), ip6_pkt_prohibit(). */
function unroutable(errno: Errno, route: Route | null): InputRoute {
  switch (errno) {
    case 'EACCES':
      return { kind: 'error', errno, reason: 'IP_INNOROUTES', icmp: 'packet-filtered', route };
    case 'EINVAL':
      return { kind: 'error', errno, reason: 'NOT_SPECIFIED', icmp: null, route };
    default:
      return { kind: 'error', errno, reason: 'IP_INNOROUTES', icmp: 'net-unreachable', route };
  }
}

function fibKeyOf({ packet, iif, mark }: InputKey): FibKey {
  return {
    destination: packet.destination,
    source: packet.source,
    iif,
    oif: null,
    mark,
    tos: packet.tos,
    protocol: packet.protocol,
    ...ports(packet),
    uid: 0,
  };
}

/** Which groups were joined is not in a snapshot. Linux: ip6_mc_input(). */
function routeGroup(netns: NetnsState, key: InputKey, decider: Decider): InputRoute {
  const group = formatAddress(key.packet.destination);
  const joined = decider.decide({
    id: `multicast:${netnsKey(netns.ref)}:${key.iif}:${group}`,
    kind: 'unknown',
    topic: 'socket',
    where: netns.ref,
    subject: `${group} joined on ${key.iif}`,
    options: yesNo('no', 2),
  });
  if (joined.value === 'no') return { kind: 'drop', reason: 'NOT_SPECIFIED', validation: null };
  return { kind: 'local', route: null, validation: NOT_VALIDATED };
}
