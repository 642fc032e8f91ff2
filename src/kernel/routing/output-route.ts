import type { Errno } from '../../linux/errno.ts';
import {
  type Address,
  IPV4_LOOPBACK,
  isIpv4Loopback,
  isIpv4Multicast,
} from '../../packet/address.ts';
import { PROTOCOL } from '../../packet/protocol.ts';
import type { Decider } from '../decide.ts';
import { deviceNamed, deviceWithAddress, ownsAddress } from '../device/find-device.ts';
import type { NetnsState } from '../netns-state.ts';
import { routeLocalnet } from '../sysctl-lookup.ts';
import { addressType } from './address-type.ts';
import { deviceMtu, isUp } from './device-facts.ts';
import type { FibKey } from './fib.ts';
import { fibLookup } from './fib-lookup.ts';
import type { OutputKey, OutputRoute } from './lookup.ts';
import { routeConnect6, routeOutput6 } from './output-route6.ts';
import type { Nexthop, Route } from './route.ts';
import { exceptionFor, learntMtu } from './route-exception.ts';
import { selectPath } from './select-path.ts';
import {
  NO_SOURCE,
  SCOPE,
  type SelectedSource,
  selectSource,
  sourceOfRoute,
} from './source-address.ts';

type FoundRoute = Extract<OutputRoute, { readonly kind: 'route' }>;

/** A route before its last checks. */
interface Draft {
  readonly type: FoundRoute['type'];
  readonly device: string;
  readonly source: SelectedSource;
  readonly found: {
    readonly route: Route;
    readonly nexthop: Nexthop;
    readonly table: string;
  } | null;
}

/**
 * The route of a packet that this namespace sends, with its source address.
 * Linux: ip_route_output_key_hash_rcu().
 */
export function routeOutput(netns: NetnsState, key: OutputKey, decider: Decider): OutputRoute {
  if (key.destination.family === 6) return routeOutput6(netns, key, decider);
  const refused = refuseSource(netns, key, decider);
  if (refused) return refused;
  const { destination, oif } = key;
  const groupOrAll = isIpv4Multicast(destination) || isLimitedBroadcast(destination);
  if (key.source && oif === null && groupOrAll) {
    return sendWithoutLookup(netns, key, deviceOfAddress(netns, key.source, decider), decider);
  }
  if (oif !== null) {
    if (netns.devices && !deviceNamed(netns, oif)) return failed('ENODEV');
    if (!isUp(netns, oif)) return failed('ENETUNREACH');
    if (
      isLocalMulticast(destination) ||
      isLimitedBroadcast(destination) ||
      key.protocol === PROTOCOL.igmp
    ) {
      return sendWithoutLookup(netns, key, oif, decider);
    }
  }
  if (destination.bits === 0) return routeToSelf(netns, key, decider);
  return lookUp(netns, key, decider);
}

/**
 * The route of a TCP connection or a connected datagram socket. An unbound socket is routed
 * twice: the first lookup fixes the source, the second one obeys rules about it.
 * Linux: ip_route_connect(), ip_route_newports().
 */
export function routeConnect(netns: NetnsState, key: OutputKey, decider: Decider): OutputRoute {
  if (key.destination.family === 6) return routeConnect6(netns, key, decider);
  const first = routeOutput(netns, { ...key, sport: 0, dport: 0 }, decider);
  if (first.kind === 'error') return first;
  const second = routeOutput(netns, { ...key, source: first.source }, decider);
  const refused = second.kind === 'route' ? refusedByProtocol(second, key.protocol) : null;
  if (refused) return failed(refused, second.route);
  return second.kind === 'error' || key.source !== null
    ? second
    : { ...second, sourceChoice: first.sourceChoice };
}

/**
 * TCP connects to one host only; others send to all of a link only with SO_BROADCAST, which a
 * usual client does not set. Linux: tcp_v4_connect(), __ip4_datagram_connect().
 */
function refusedByProtocol({ type }: FoundRoute, protocol: number): Errno | null {
  if (protocol !== PROTOCOL.tcp) return type === 'broadcast' ? 'EACCES' : null;
  return type === 'broadcast' || type === 'multicast' ? 'ENETUNREACH' : null;
}

function failed(errno: Errno, route: Route | null = null): OutputRoute {
  return { kind: 'error', errno, route };
}

function isLimitedBroadcast(address: Address): boolean {
  return address.family === 4 && address.bits === 0xffffffff;
}

/** 224.0.0.0/24. Linux: ipv4_is_local_multicast(). */
function isLocalMulticast(address: Address): boolean {
  return address.family === 4 && address.bits >>> 8 === 0xe00000;
}

function refuseSource(netns: NetnsState, key: OutputKey, decider: Decider): OutputRoute | null {
  const { source } = key;
  if (source === null) return null;
  if (isIpv4Multicast(source) || isLimitedBroadcast(source) || source.bits === 0) {
    return failed('EINVAL');
  }
  // A device's own address counts even where no route leads to it. Linux: __ip_dev_find().
  if (key.anySource || ownsAddress(netns, source)) return null;
  if (addressType(netns, source, null, decider) === 'local') return null;
  return failed('ENETUNREACH');
}

/** Linux: __ip_dev_find(). */
function deviceOfAddress(netns: NetnsState, address: Address, decider: Decider): string | null {
  const owner = deviceWithAddress(netns, address);
  if (owner) return owner.name;
  const result = fibLookup(netns, fibKey({ destination: address }), decider);
  return result.kind === 'found' && result.route.type === 'local' ? result.nexthop.device : null;
}

/** Multicast and broadcast by a given device need no route. */
function sendWithoutLookup(
  netns: NetnsState,
  key: OutputKey,
  device: string | null,
  decider: Decider,
): OutputRoute {
  if (device === null) return failed('ENETUNREACH');
  const source = key.source
    ? bound(key.source)
    : (selectSource(netns, { device, toward: null, scope: SCOPE.link }, decider) ?? NO_SOURCE);
  return finish(netns, key, { type: 'unicast', device, source, found: null }, decider);
}

/** Destination 0.0.0.0 means this host. */
function routeToSelf(netns: NetnsState, key: OutputKey, decider: Decider): OutputRoute {
  const selected =
    key.source || key.oif === null
      ? null
      : selectSource(netns, { device: key.oif, toward: null, scope: SCOPE.host }, decider);
  const address = key.source ?? selected?.address ?? IPV4_LOOPBACK;
  return finish(
    netns,
    { ...key, destination: address },
    {
      type: 'local',
      device: 'lo',
      source: { address, choice: key.source ? 'bound' : 'local-destination' },
      found: null,
    },
    decider,
  );
}

function bound(address: Address): SelectedSource {
  return { address, choice: 'bound' };
}

function lookUp(netns: NetnsState, key: OutputKey, decider: Decider): OutputRoute {
  const { oif, destination } = key;
  let lookupKey = fibKey(key);
  if (oif !== null && key.source === null && isIpv4Multicast(destination)) {
    // The source is chosen before the lookup, so that rules about it apply.
    const wanted = { device: oif, toward: null, scope: SCOPE.global };
    const selected = selectSource(netns, wanted, decider);
    if (selected) lookupKey = { ...lookupKey, source: selected.address };
  }
  const result = fibLookup(netns, lookupKey, decider);
  if (result.kind === 'error') {
    if (oif === null) return failed(result.errno, result.route);
    // "Apparently, routing tables are wrong": a bound device takes the destination for on-link,
    // whatever the lookup's error was.
    const wanted = { device: oif, toward: null, scope: SCOPE.link };
    const source = lookupKey.source
      ? bound(lookupKey.source)
      : (selectSource(netns, wanted, decider) ?? NO_SOURCE);
    return finish(netns, key, { type: 'unicast', device: oif, source, found: null }, decider);
  }
  if (result.route.type === 'local') {
    const source = key.source
      ? bound(key.source)
      : result.route.prefsrc
        ? ({ address: result.route.prefsrc, choice: 'route-prefsrc' } as const)
        : ({ address: destination, choice: 'local-destination' } as const);
    return finish(netns, key, { type: 'local', device: 'lo', source, found: result }, decider);
  }
  const path = selectPath(netns, result, lookupKey, decider);
  const source = lookupKey.source
    ? bound(lookupKey.source)
    : sourceOfRoute(netns, path.route, path.nexthop, decider);
  return finish(
    netns,
    key,
    { type: typeOf(path.route), device: path.nexthop.device, source, found: path },
    decider,
  );
}

function typeOf(route: Route): FoundRoute['type'] {
  return route.type === 'broadcast' || route.type === 'multicast' ? route.type : 'unicast';
}

/** Linux: __mkroute_output(). */
function finish(netns: NetnsState, key: OutputKey, draft: Draft, decider: Decider): OutputRoute {
  const { device, source, found } = draft;
  const route = found?.route ?? null;
  if (isIpv4Loopback(source.address) && device !== 'lo' && !routeLocalnet(netns, device, decider)) {
    return failed('EINVAL', route);
  }
  if (key.destination.bits === 0) return failed('EINVAL', route);
  const type = isLimitedBroadcast(key.destination)
    ? 'broadcast'
    : isIpv4Multicast(key.destination)
      ? 'multicast'
      : draft.type;
  // Broadcast and group addresses are themselves the next hop.
  const exception = type === 'unicast' ? exceptionFor(netns, key.destination, device) : null;
  const direct =
    type === 'broadcast' || (type === 'multicast' && (route?.destination.length ?? 0) < 4);
  return {
    kind: 'route',
    type,
    device,
    gateway:
      direct || type === 'local' ? null : (exception?.gateway ?? found?.nexthop.gateway ?? null),
    source: source.address,
    sourceChoice: source.choice,
    mtu: learntMtu(
      exception,
      (type === 'local' ? null : route?.mtu) ?? deviceMtu(netns, device, decider),
    ),
    table: found?.table ?? null,
    route,
  };
}

function fibKey(key: Partial<OutputKey> & Pick<OutputKey, 'destination'>): FibKey {
  return {
    destination: key.destination,
    source: key.source ?? null,
    iif: 'lo',
    oif: key.oif ?? null,
    mark: key.mark ?? 0,
    tos: key.tos ?? 0,
    protocol: key.protocol ?? 0,
    sport: key.sport ?? 0,
    dport: key.dport ?? 0,
    uid: key.uid === undefined ? 0 : key.uid,
  };
}
