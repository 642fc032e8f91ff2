import { formatAddress, sameAddress } from '../../packet/address.ts';
import { netnsKey } from '../../packet/place.ts';
import { formatPrefix } from '../../packet/prefix.ts';
import type { Decider, Option } from '../decide.ts';
import type { NetnsState } from '../netns-state.ts';
import { ignoreRoutesWithLinkdown, multipathHashPolicy } from '../sysctl-lookup.ts';
import { type FibKey, fibOf, tableName } from './fib.ts';
import type { FibResult } from './fib-lookup.ts';
import type { Nexthop, Route } from './route.ts';
import { sourceOfRoute } from './source-address.ts';

type Found = Extract<FibResult, { readonly kind: 'found' }>;

/**
 * Picks the leg of a multipath route, or one of several default routes of equal metric. With a
 * device in the key the lookup has already chosen. Linux: fib_select_path().
 */
export function selectPath(netns: NetnsState, result: Found, key: FibKey, decider: Decider): Found {
  if (key.oif !== null) return result;
  if (result.route.nexthops.length > 1) return selectLeg(netns, result, key, decider);
  const { route } = result;
  return route.type === 'unicast' && route.destination.length === 0
    ? selectDefault(netns, result, key, decider)
    : result;
}

/** Linux: fib_select_multipath(). */
function selectLeg(netns: NetnsState, result: Found, key: FibKey, decider: Decider): Found {
  const { route } = result;
  const legs = route.nexthops.filter((hop) => alive(netns, hop, decider));
  if (legs.length < 2) return result;
  // Linux: nexthop_path_fib_result() looks at the hash only.
  if (key.source && key.iif === 'lo' && !route.byObject && prefersMatchingSource(netns)) {
    const source = key.source;
    const matching = legs.filter((hop) =>
      sameAddress(sourceOfLeg(netns, route, hop, decider), source),
    );
    // Of several legs with this source the hash still chooses.
    const only = matching.length === 1 ? matching[0] : undefined;
    if (only) return { ...result, nexthop: only };
  }
  const total = legs.reduce((sum, hop) => sum + hop.weight, 0);
  const where = netnsKey(netns.ref);
  const answer = decider.decide({
    id: `multipath:${where}:${describeDestination(route)}:${hashedFields(netns, key, decider)}`,
    kind: 'random',
    topic: 'multipath',
    where: netns.ref,
    subject: describeDestination(route),
    options: legs.map(
      (hop): Option => ({ value: describeLeg(hop), probability: hop.weight / total, cost: 0 }),
    ),
  });
  const nexthop = legs.find((hop) => describeLeg(hop) === answer.value) ?? result.nexthop;
  return { ...result, nexthop };
}

function alive(netns: NetnsState, hop: Nexthop, decider: Decider): boolean {
  if (hop.dead) return false;
  return !hop.linkDown || !ignoreRoutesWithLinkdown(netns, hop.device, decider);
}

/** nh_saddr ignores the route's `src`. Linux: fib_info_update_nhc_saddr(). */
function sourceOfLeg(netns: NetnsState, route: Route, hop: Nexthop, decider: Decider) {
  return sourceOfRoute(netns, { ...route, prefsrc: null }, hop, decider).address;
}

/** Since 6.15 local output prefers a leg whose source is the packet's to what the hash says. */
function prefersMatchingSource(netns: NetnsState): boolean {
  const match = /^(\d+)\.(\d+)/.exec(netns.kernelRelease ?? '');
  const version = Number(match?.[1] ?? 0) * 1000 + Number(match?.[2] ?? 0);
  return version >= 6015;
}

function describeDestination(route: Route): string {
  return `${tableName(route.table)} ${formatPrefix(route.destination)} metric ${route.metric}`;
}

function describeLeg(hop: Nexthop): string {
  const via = hop.gateway ? `via ${formatAddress(hop.gateway)} ` : '';
  return `${via}dev ${hop.device}`;
}

/** What the hash is made of: packets that agree in it take the same leg. */
function hashedFields(netns: NetnsState, key: FibKey, decider: Decider): string {
  const addresses = `${key.source ? formatAddress(key.source) : '*'}>${formatAddress(key.destination)}`;
  return multipathHashPolicy(netns, decider) === 0
    ? addresses
    : `${addresses}:${key.protocol}:${key.sport}>${key.dport}`;
}

/**
 * Several default routes of one metric: the kernel takes the first whose gateway its neighbour
 * table does not hold for dead. Linux: fib_select_default(), fib_detect_death().
 */
function selectDefault(netns: NetnsState, result: Found, key: FibKey, decider: Decider): Found {
  const alternatives = defaultRoutes(netns, result.route).filter(
    (route) => route.tos === 0 || route.tos === (key.tos & 0x1c),
  );
  const legs = alternatives.flatMap((route) => {
    const nexthop = route.nexthops[0];
    return nexthop?.gateway && !nexthop.dead ? [{ route, nexthop }] : [];
  });
  const first = legs[0];
  if (legs.length < 2 || first?.route !== result.route) return result;
  if (gatewayReachable(netns, first.nexthop)) return result;
  const answer = decider.decide({
    id: `multipath:${netnsKey(netns.ref)}:${describeDestination(result.route)}`,
    kind: 'unknown',
    topic: 'multipath',
    where: netns.ref,
    subject: describeDestination(result.route),
    options: legs.map(({ nexthop }, i) => ({
      value: describeLeg(nexthop),
      probability: 1,
      cost: i === 0 ? 0 : 1,
    })),
  });
  const chosen = legs.find(({ nexthop }) => describeLeg(nexthop) === answer.value);
  return chosen ? { ...result, ...chosen } : result;
}

function defaultRoutes(netns: NetnsState, like: Route): readonly Route[] {
  const table = fibOf(netns)?.tables.get(tableName(like.table));
  const bucket = table?.find(({ mask }) => mask === 0);
  return (bucket?.routes.get(0) ?? []).filter(
    (route) =>
      route.type === 'unicast' && route.metric === like.metric && route.scope === like.scope,
  );
}

function gatewayReachable(netns: NetnsState, nexthop: Nexthop): boolean {
  const { gateway, device } = nexthop;
  return (netns.neighbours ?? []).some(
    (neighbour) =>
      neighbour.device === device &&
      gateway !== null &&
      sameAddress(neighbour.address, gateway) &&
      neighbour.states.some((state) => state === 'REACHABLE' || state === 'PERMANENT'),
  );
}
