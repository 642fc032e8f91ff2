import type { Errno } from '../../linux/errno.ts';
import { formatAddress, IPV4_ANY, isIpv4Loopback, isIpv4Multicast } from '../../packet/address.ts';
import { ports } from '../../packet/packet.ts';
import { netnsKey } from '../../packet/place.ts';
import { type Decider, yesNo } from '../decide.ts';
import type { NetnsState } from '../netns-state.ts';
import { broadcastForwarding, forwardingEnabled, routeLocalnet } from '../sysctl-lookup.ts';
import { deviceMtu } from './device-facts.ts';
import type { FibKey } from './fib.ts';
import { type FibResult, fibLookup } from './fib-lookup.ts';
import { routeInput6 } from './input-route6.ts';
import type { InputKey, InputRoute, SourceValidation } from './lookup.ts';
import type { Route } from './route.ts';
import { exceptionFor } from './route-exception.ts';
import { type Validated, type ValidationKey, validateSource } from './rp-filter.ts';
import { selectPath } from './select-path.ts';

type Found = Extract<FibResult, { readonly kind: 'found' }>;

const NOT_VALIDATED: SourceValidation = {
  mode: 0,
  passed: true,
  reverseDevice: null,
  reverseRoute: null,
};

/**
 * Where a packet from a device goes, and whether its source is believed. Drop reasons are those
 * of 6.18. Linux: ip_route_input_slow().
 */
export function routeInput(netns: NetnsState, key: InputKey, decider: Decider): InputRoute {
  const { packet, iif } = key;
  const { source, destination } = packet;
  if (destination.family === 6) return routeInput6(netns, key, decider);
  if (isIpv4Multicast(destination)) return routeMulticast(netns, key, decider);
  if (isIpv4Multicast(source) || source.bits === 0xffffffff) return martian('IP_INVALID_SOURCE');
  if (destination.bits === 0xffffffff || (source.bits === 0 && destination.bits === 0)) {
    return broadcastInput(netns, key, decider);
  }
  if (source.bits === 0) return martian('IP_INVALID_SOURCE');
  if (destination.bits === 0) return martian('IP_INVALID_DEST');
  if (isIpv4Loopback(destination) || isIpv4Loopback(source)) {
    if (!routeLocalnet(netns, iif, decider)) return martian('IP_LOCALNET');
  }
  const result = fibLookup(netns, fibKey(key), decider);
  if (result.kind === 'error') {
    return forwardingEnabled(netns, iif, decider)
      ? unroutable(result.errno, result.route)
      : unroutable('EHOSTUNREACH', result.route, 'IP_INADDRERRORS');
  }
  if (result.route.type === 'broadcast') {
    return broadcastForwarding(netns, iif, decider)
      ? forwardBy(netns, key, result, decider)
      : broadcastInput(netns, key, decider);
  }
  if (result.route.type === 'local') return localInput(netns, key, result, decider);
  if (!forwardingEnabled(netns, iif, decider)) {
    return unroutable('EHOSTUNREACH', result.route, 'IP_INADDRERRORS');
  }
  if (result.route.type !== 'unicast') return martian('IP_INVALID_DEST');
  return forwardBy(netns, key, result, decider);
}

function martian(reason: string, validation: SourceValidation | null = null): InputRoute {
  return { kind: 'drop', reason, validation };
}

/** The packet is dropped by ip_error(), with an ICMP error where one is due. */
function unroutable(errno: Errno, route: Route | null, silent: string | null = null): InputRoute {
  if (silent) return { kind: 'error', errno, reason: silent, icmp: null, route };
  switch (errno) {
    case 'ENETUNREACH':
      return { kind: 'error', errno, reason: 'IP_INNOROUTES', icmp: 'net-unreachable', route };
    case 'EHOSTUNREACH':
      return { kind: 'error', errno, reason: 'NOT_SPECIFIED', icmp: 'host-unreachable', route };
    case 'EACCES':
      return { kind: 'error', errno, reason: 'NOT_SPECIFIED', icmp: 'packet-filtered', route };
    default:
      return { kind: 'error', errno, reason: 'NOT_SPECIFIED', icmp: null, route };
  }
}

function fibKey({ packet, iif, mark }: InputKey): FibKey {
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

function validate(
  netns: NetnsState,
  key: InputKey,
  route: Partial<Pick<ValidationKey, 'oif' | 'destination'>>,
  decider: Decider,
): Validated {
  const { packet, iif, mark } = key;
  return validateSource(
    netns,
    {
      source: packet.source,
      destination: route.destination ?? packet.destination,
      iif,
      oif: route.oif ?? null,
      mark,
      tos: packet.tos,
      protocol: packet.protocol,
      ...ports(packet),
    },
    decider,
  );
}

function localInput(netns: NetnsState, key: InputKey, result: Found, decider: Decider): InputRoute {
  const validation = validate(netns, key, {}, decider);
  if (validation.refusal) return martian(validation.refusal, validation);
  return { kind: 'local', route: result.route, validation };
}

function broadcastInput(netns: NetnsState, key: InputKey, decider: Decider): InputRoute {
  if (key.packet.source.bits === 0) return { kind: 'broadcast', validation: NOT_VALIDATED };
  const validation = validate(netns, key, { destination: IPV4_ANY }, decider);
  if (validation.refusal) return martian(validation.refusal, validation);
  return { kind: 'broadcast', validation };
}

/** Linux: ip_mkroute_input(), __mkroute_input(). */
function forwardBy(netns: NetnsState, key: InputKey, result: Found, decider: Decider): InputRoute {
  const { route, nexthop, table } =
    result.route.nexthops.length > 1 ? selectPath(netns, result, fibKey(key), decider) : result;
  const { device } = nexthop;
  // A router keeps to its own MTU, and says so where it is too small. Linux: ip_forward_use_pmtu.
  const gateway = exceptionFor(netns, key.packet.destination, device)?.gateway ?? nexthop.gateway;
  const validation = validate(netns, key, { oif: device }, decider);
  if (validation.refusal) return martian(validation.refusal, validation);
  return {
    kind: 'forward',
    device,
    gateway,
    mtu: route.mtu ?? deviceMtu(netns, device, decider),
    table,
    route,
    validation,
  };
}

/**
 * A group this namespace has joined is local input; which ones it has joined is not in a
 * snapshot. Linux: ip_route_input_rcu(), ip_check_mc_rcu().
 */
function routeMulticast(netns: NetnsState, key: InputKey, decider: Decider): InputRoute {
  const group = formatAddress(key.packet.destination);
  const joined = decider.decide({
    id: `multicast:${netnsKey(netns.ref)}:${key.iif}:${group}`,
    kind: 'unknown',
    topic: 'socket',
    where: netns.ref,
    subject: `${group} joined on ${key.iif}`,
    options: yesNo('no', 2),
  });
  if (joined.value === 'no') return martian('NOT_SPECIFIED');
  return { kind: 'local', route: null, validation: NOT_VALIDATED };
}
