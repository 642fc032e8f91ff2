import type { Errno } from '../../linux/errno.ts';
import {
  type Address,
  IPV6_LOOPBACK,
  type Ipv6Address,
  isAny,
  isLoopback,
  sameAddress,
} from '../../packet/address.ts';
import { isLinkLocal, needsDevice } from '../../packet/ipv6-type.ts';
import { PROTOCOL } from '../../packet/protocol.ts';
import type { Decider } from '../decide.ts';
import { deviceNamed } from '../device/find-device.ts';
import type { NetnsState } from '../netns-state.ts';
import { routeMtu6 } from './device-facts.ts';
import type { FibKey } from './fib.ts';
import { type FibResult, fib6Lookup } from './fib-lookup.ts';
import type { OutputKey, OutputRoute } from './lookup.ts';
import type { Route } from './route.ts';
import { exceptionFor, learntMtu } from './route-exception.ts';
import { selectPath6 } from './select-path6.ts';
import { type SelectedSource6, selectSource6 } from './source-address6.ts';

type FoundRoute = Extract<OutputRoute, { readonly kind: 'route' }>;

/**
 * The route of an IPv6 packet that this namespace sends, with its source address. The source is chosen
 * after the route and does not change it, so that rules about sources see none.
 * Linux: ip6_dst_lookup_tail(), ip6_route_output_flags().
 */
export function routeOutput6(netns: NetnsState, key: OutputKey, decider: Decider): OutputRoute {
  const { destination, oif } = key;
  if (destination.family !== 6) return failed('EINVAL');
  if (oif !== null && netns.devices && !deviceNamed(netns, oif)) return failed('ENODEV');
  const source = key.source === null || isAny(key.source) ? null : key.source;
  const first = lookUp(netns, { ...key, source }, decider);
  if (source)
    return first.kind === 'error'
      ? refused(first)
      : finish(netns, key, first, bound(source), decider);
  // Which source it is decides nothing where no route was found and nothing asks for sources.
  const matters = first.kind === 'found' || asksForSources(netns);
  const selected = sourceOf(netns, first, destination, matters ? decider : FIRST_OPTION);
  if (!selected) return failed('EADDRNOTAVAIL');
  if (first.kind === 'found') return finish(netns, key, first, selected, decider);
  // A lookup without a source that failed is made once more with one.
  const second = lookUp(netns, { ...key, source: selected.address }, decider);
  return second.kind === 'error' ? refused(second) : finish(netns, key, second, selected, decider);
}

/**
 * The route of a connecting socket. :: stands for this host, and a link-local address means nothing without
 * a device. Linux: tcp_v6_connect(), __ip6_datagram_connect().
 */
export function routeConnect6(netns: NetnsState, key: OutputKey, decider: Decider): OutputRoute {
  const destination = isAny(key.destination) ? IPV6_LOOPBACK : key.destination;
  if (key.oif === null && isLinkLocal(destination)) return failed('EINVAL');
  const unbindable = key.source && refusedByBind(netns, key.source, key.oif);
  if (unbindable) return failed(unbindable);
  // Of a TCP client's port nothing is known yet.
  const sport = key.protocol === PROTOCOL.tcp ? 0 : key.sport;
  const found = routeOutput6(netns, { ...key, destination, sport }, decider);
  if (found.kind === 'route' && found.type === 'multicast' && key.protocol === PROTOCOL.tcp) {
    return failed('ENETUNREACH', found.route);
  }
  return found;
}

/**
 * Why a socket cannot be bound to an address: it has to be held, and one that means something on a link or host
 * alone by the device that the socket is bound to. Linux: __inet6_bind(), ipv6_chk_addr().
 */
function refusedByBind(netns: NetnsState, source: Address, oif: string | null): Errno | null {
  if (source.family !== 6 || isAny(source) || !netns.devices) return null;
  if (isLinkLocal(source) && oif === null) return 'EINVAL';
  const narrow = isLinkLocal(source) || isLoopback(source);
  const isHeld = netns.devices.some(
    ({ name, addresses }) =>
      (!narrow || oif === null || name === oif) &&
      addresses.some(
        ({ address, flags = [] }) =>
          sameAddress(address, source) &&
          (!flags.includes('tentative') || flags.includes('optimistic')),
      ),
  );
  return isHeld || nonlocalBind(netns) ? null : 'EADDRNOTAVAIL';
}

function nonlocalBind({ sysctls }: NetnsState): boolean {
  return sysctls.values.get('net.ipv6.ip_nonlocal_bind')?.value === '1';
}

const FIRST_OPTION: Decider = {
  decide(question) {
    const [option] = question.options;
    if (!option) throw new Error(`question ${question.id} has no options`);
    return option;
  },
};

/** Whether a rule or route is for some sources only. */
function asksForSources({ routing }: NetnsState): boolean {
  return (
    (routing.rules6 ?? []).some(({ source }) => source !== null) ||
    (routing.routes ?? []).some(({ from }) => from !== undefined)
  );
}

function failed(errno: Errno, route: Route | null = null): OutputRoute {
  return { kind: 'error', errno, route };
}

function refused({ errno, route }: Extract<FibResult, { kind: 'error' }>): OutputRoute {
  return failed(errno, route);
}

function bound(address: SelectedSource6['address']): SelectedSource6 {
  return { address, choice: 'bound' };
}

function lookUp(netns: NetnsState, key: OutputKey, decider: Decider): FibResult {
  const { oif, destination } = key;
  const strict =
    destination.family === 6 && (needsDevice(destination) || (oif !== null && !key.anyDevice));
  const fibKey = fibKeyOf(key);
  const choice = { device: oif, strict };
  const found = fib6Lookup(netns, fibKey, choice, decider);
  return found.kind === 'found' ? selectPath6(netns, found, fibKey, choice, decider) : found;
}

/** Linux: ip6_route_get_saddr(). */
function sourceOf(
  netns: NetnsState,
  found: FibResult,
  destination: Ipv6Address,
  decider: Decider,
): SelectedSource6 | null {
  if (found.kind === 'found' && found.route.prefsrc?.family === 6) {
    return { address: found.route.prefsrc, choice: 'route-prefsrc' };
  }
  const device = found.kind === 'found' ? found.nexthop.device : null;
  return selectSource6(netns, device, destination, decider);
}

function finish(
  netns: NetnsState,
  key: OutputKey,
  found: Extract<FibResult, { kind: 'found' }>,
  source: SelectedSource6,
  decider: Decider,
): OutputRoute {
  const { route, nexthop, table } = found;
  const type = typeOf(route);
  // Routes to own addresses lead over the loopback device. Linux: ip6_rt_get_dev_rcu().
  const device = type === 'local' ? 'lo' : nexthop.device;
  return {
    kind: 'route',
    type,
    device,
    gateway: type === 'unicast' ? nexthop.gateway : null,
    source: source.address,
    sourceChoice: key.source && !isAny(key.source) ? 'bound' : source.choice,
    mtu: learntMtu(
      exceptionFor(netns, key.destination, device),
      routeMtu6(netns, type === 'local' ? null : route.mtu, device, decider),
    ),
    table,
    route,
  };
}

function typeOf({ type }: Route): FoundRoute['type'] {
  if (type === 'local' || type === 'anycast') return 'local';
  return type === 'multicast' ? 'multicast' : 'unicast';
}

function fibKeyOf(key: OutputKey): FibKey {
  const { destination, source, oif, mark, tos, protocol, sport, dport, uid } = key;
  return { destination, source, iif: 'lo', oif, mark, tos, protocol, sport, dport, uid };
}
