import { formatAddress } from '../../packet/address.ts';
import { netnsKey } from '../../packet/place.ts';
import { hostPrefix } from '../../packet/prefix.ts';
import type { Decider, Option } from '../decide.ts';
import type { Device } from '../device/device.ts';
import type { NetnsState } from '../netns-state.ts';
import type { FibKey } from './fib.ts';
import type { FibResult } from './fib-lookup.ts';
import type { Route, RoutingRule } from './route.ts';
import { tableRule } from './table-rule.ts';

/**
 * Asks where a destination is routed when not all routes are known. What the known routes say is
 * the default; that another device is used, or no route exists, are the other answers.
 */
export function assumedRoute(
  netns: NetnsState,
  key: FibKey,
  listed: FibResult,
  decider: Decider,
): FibResult {
  const destination = formatAddress(key.destination);
  const devices = (netns.devices ?? []).filter(
    (device) => usableAsExit(device) && (key.oif === null || key.oif === device.name),
  );
  const guess = listed.kind === 'found' ? null : guessExit(devices);
  const first = listed.kind === 'found' ? listed.nexthop.device : (guess?.name ?? 'none');
  const nothingKnown = listed.kind === 'error' && netns.routing.routes === undefined;
  const options: Option[] = [{ value: first, probability: 1, cost: 0 }];
  for (const { name } of devices) {
    if (name === first) continue;
    options.push({ value: name, probability: 1, cost: nothingKnown ? 0 : 4 });
  }
  if (first !== 'none') options.push({ value: 'none', probability: 1, cost: 5 });
  const answer = decider.decide({
    id: `route:${netnsKey(netns.ref)}:${destination}`,
    kind: 'unknown',
    topic: 'route',
    where: netns.ref,
    subject: destination,
    options,
  });
  if (listed.kind === 'found' && answer.value === listed.nexthop.device) return listed;
  if (answer.value === 'none') {
    return listed.kind === 'error'
      ? listed
      : { kind: 'error', errno: 'ENETUNREACH', route: null, rule: null };
  }
  return routeThrough(key, answer.value);
}

function usableAsExit(device: Device): boolean {
  return device.up && device.details.kind !== 'loopback' && device.addresses.length > 0;
}

/** A default route leads through a physical device rather than an overlay's or a bridge. */
function guessExit(devices: readonly Device[]): Device | undefined {
  return (
    devices.find(({ details }) => details.kind === 'ethernet') ??
    devices.find(({ details }) => details.kind === 'veth') ??
    devices[0]
  );
}

function routeThrough(key: FibKey, device: string): FibResult {
  const nexthop = {
    gateway: null,
    device,
    weight: 1,
    onlink: false,
    dead: false,
    linkDown: false,
  };
  const route: Route = {
    type: 'unicast',
    destination: hostPrefix(key.destination),
    table: 'main',
    scope: 'global',
    protocol: 'assumed',
    prefsrc: null,
    metric: 0,
    tos: 0,
    nexthops: [nexthop],
    mtu: null,
    advmss: null,
    source: null,
  };
  return { kind: 'found', route, nexthop, table: 'main' };
}

/**
 * Asks for the rules when they were not collected: the default ones, or one that prefers a table
 * which nothing else would use. Null stands for the default rules.
 */
export function assumedRules(
  netns: NetnsState,
  tables: Iterable<string>,
  family: 4 | 6,
  decider: Decider,
): readonly RoutingRule[] | null {
  const extra = [...tables].filter(
    (table) => table !== 'local' && table !== 'main' && table !== 'default',
  );
  const answer = decider.decide({
    id: `routing-rules${family === 6 ? '6' : ''}:${netnsKey(netns.ref)}`,
    kind: 'unknown',
    topic: 'routing-rule',
    where: netns.ref,
    subject: family === 6 ? 'ip -6 rule' : 'ip rule',
    options: [
      { value: 'default', probability: 1, cost: 0 },
      ...extra.map((table) => ({ value: `lookup ${table}`, probability: 1, cost: 5 })),
    ],
  });
  const preferred = extra.find((table) => answer.value === `lookup ${table}`);
  if (preferred === undefined) return null;
  return [
    tableRule(0, 'local'),
    tableRule(32765, preferred),
    tableRule(32766, 'main'),
    tableRule(32767, 'default'),
  ];
}
