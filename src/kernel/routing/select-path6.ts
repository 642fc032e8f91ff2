import { formatAddress } from '../../packet/address.ts';
import { netnsKey } from '../../packet/place.ts';
import { formatPrefix } from '../../packet/prefix.ts';
import type { Decider, Option } from '../decide.ts';
import type { NetnsState } from '../netns-state.ts';
import {
  forwardingEnabled6,
  ignoreRoutesWithLinkdown6,
  multipathHashPolicy6,
} from '../sysctl-lookup6.ts';
import { type FibKey, tableName } from './fib.ts';
import type { FibResult } from './fib-lookup.ts';
import { type Fib6Choice, gatewayFailed } from './fib6.ts';
import type { Nexthop } from './route.ts';

type Found = Extract<FibResult, { readonly kind: 'found' }>;

/**
 * Picks the leg of an IPv6 multipath route by a hash over its legs; one that cannot be used stands for
 * the leg that the lookup found. Linux: fib6_select_path().
 */
export function selectPath6(
  netns: NetnsState,
  result: Found,
  key: FibKey,
  choice: Fib6Choice,
  decider: Decider,
): Found {
  const { route } = result;
  if (route.nexthops.length < 2 || choice.strict) return result;
  const alive = route.nexthops.filter((hop) => !hop.dead);
  const total = alive.reduce((sum, hop) => sum + hop.weight, 0);
  const subject = `${tableName(route.table)} ${formatPrefix(route.destination)} metric ${route.metric}`;
  const answer = decider.decide({
    id: `multipath:${netnsKey(netns.ref)}:${subject}:${hashedFields(netns, key, decider)}`,
    kind: 'random',
    topic: 'multipath',
    where: netns.ref,
    subject,
    options: alive.map(
      (hop): Option => ({ value: describe(hop), probability: hop.weight / total, cost: 0 }),
    ),
  });
  const chosen = alive.find((hop) => describe(hop) === answer.value);
  const isUsable = chosen && usable(netns, chosen, decider);
  return chosen && isUsable ? { ...result, nexthop: chosen } : result;
}

function usable(netns: NetnsState, hop: Nexthop, decider: Decider): boolean {
  if (hop.linkDown && ignoreRoutesWithLinkdown6(netns, hop.device, decider)) return false;
  return !gatewayFailed(netns, hop) || forwardingEnabled6(netns, '', decider);
}

function describe(hop: Nexthop): string {
  const via = hop.gateway ? `via ${formatAddress(hop.gateway)} ` : '';
  return `${via}dev ${hop.device}`;
}

/** What the hash is made of: packets that agree in it take the same leg. */
function hashedFields(netns: NetnsState, key: FibKey, decider: Decider): string {
  const addresses = `${key.source ? formatAddress(key.source) : '*'}>${formatAddress(key.destination)}`;
  return multipathHashPolicy6(netns, decider) === 0
    ? addresses
    : `${addresses}:${key.protocol}:${key.sport}>${key.dport}`;
}
