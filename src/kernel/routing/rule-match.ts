import { IPV4_ANY } from '../../packet/address.ts';
import { netnsKey } from '../../packet/place.ts';
import { contains, formatPrefix, type Prefix } from '../../packet/prefix.ts';
import { type Decider, yesNo } from '../decide.ts';
import { deviceNamed } from '../device/find-device.ts';
import type { NetnsState } from '../netns-state.ts';
import type { FibKey } from './fib.ts';
import type { PortRange, RoutingRule } from './route.ts';

/**
 * Whether a rule's selectors hold for a key. `not` inverts the whole conjunction.
 * Linux: fib_rule_match(), fib4_rule_match(), fib6_rule_match().
 */
export function ruleMatches(
  netns: NetnsState,
  rule: RoutingRule,
  key: FibKey,
  decider: Decider,
): boolean {
  const holds =
    knownSelectorsHold(rule, key) &&
    uidHolds(netns, rule, key, decider) &&
    unsupportedSelectorsHold(netns, rule, decider);
  return holds !== rule.not;
}

function knownSelectorsHold(rule: RoutingRule, key: FibKey): boolean {
  if (rule.source && !sourceHolds(rule.source, key)) return false;
  if (rule.destination && !contains(rule.destination, key.destination)) return false;
  if (rule.iif !== null && rule.iif !== key.iif) return false;
  if (rule.oif !== null && rule.oif !== key.oif) return false;
  if (rule.fwmark && ((rule.fwmark.value ^ key.mark) & rule.fwmark.mask) !== 0) return false;
  // ECN bits never take part. Linux: inet_dsfield_to_dscp().
  if (rule.tos !== null && rule.tos !== 0 && rule.tos !== (key.tos & 0xfc)) return false;
  if (rule.dscp !== undefined && rule.dscp !== key.tos >> 2) return false;
  // Only a device that takes tunnels of any id gives packets one; those are not modelled.
  if (rule.tunnelId !== undefined) return false;
  if (rule.protocol !== null && rule.protocol !== 0 && rule.protocol !== key.protocol) {
    return false;
  }
  return inRange(rule.sport, key.sport) && inRange(rule.dport, key.dport);
}

/** IPv6 knows "no source yet" from ::, and then no rule about sources holds. Linux: fib6_rule_match(). */
function sourceHolds(prefix: Prefix, { source, destination }: FibKey): boolean {
  if (prefix.length === 0 || source) return contains(prefix, source ?? prefix.address);
  return destination.family === 4 && contains(prefix, IPV4_ANY);
}

function inRange(range: PortRange | null, port: number): boolean {
  return range === null || (port >= range.first && port <= range.last);
}

const LAST_UID = 0xffffffff;

function uidHolds(netns: NetnsState, rule: RoutingRule, key: FibKey, decider: Decider): boolean {
  const range = rule.uidRange;
  if (range === null || (range.first === 0 && range.last >= LAST_UID - 1)) return true;
  if (key.uid !== null) return key.uid >= range.first && key.uid <= range.last;
  const answer = decider.decide({
    id: `client-uid:${netnsKey(netns.ref)}:${range.first}-${range.last}`,
    kind: 'unknown',
    topic: 'routing-rule',
    where: netns.ref,
    subject: `the client's user id is in ${range.first}-${range.last}`,
    options: yesNo(range.first === 0 ? 'yes' : 'no', 3),
  });
  return answer.value === 'yes';
}

function unsupportedSelectorsHold(netns: NetnsState, rule: RoutingRule, decider: Decider): boolean {
  const selectors = rule.unsupported.filter((name) => !(name === 'l3mdev' && hasNoVrf(netns)));
  if (rule.unsupported.length === 0) return true;
  // Without a VRF device nothing is in a VRF's domain.
  if (selectors.length < rule.unsupported.length) return false;
  const answer = decider.decide({
    id: `routing-rule:${netnsKey(netns.ref)}:${describeRule(rule)}`,
    kind: 'unknown',
    topic: 'routing-rule',
    where: netns.ref,
    subject: describeRule(rule),
    options: yesNo('no', 3),
  });
  return answer.value === 'yes';
}

/** Whether a device is of a group; asked where `ip` printed a name that only the node can resolve. */
export function isOfGroup(
  netns: NetnsState,
  device: string,
  group: number,
  decider: Decider,
): boolean {
  const known = deviceNamed(netns, device);
  if (known?.group !== undefined) return known.group === group;
  const answer = decider.decide({
    id: `device-group:${netnsKey(netns.ref)}:${device}:${group}`,
    kind: 'unknown',
    topic: 'routing-rule',
    where: netns.ref,
    subject: `device ${device} is of group ${group}`,
    options: yesNo('no', 3),
  });
  return answer.value === 'yes';
}

function hasNoVrf(netns: NetnsState): boolean {
  return (
    netns.devices?.every(
      ({ details }) => !(details.kind === 'other' && details.infoKind === 'vrf'),
    ) ?? false
  );
}

/** A rule much as `ip rule` prints it; unique within a namespace. */
export function describeRule(rule: RoutingRule): string {
  const words = [`${rule.priority}:`];
  if (rule.not) words.push('not');
  words.push('from', rule.source ? formatPrefix(rule.source) : 'all');
  if (rule.destination) words.push('to', formatPrefix(rule.destination));
  if (rule.fwmark) words.push('fwmark', `${hex(rule.fwmark.value)}/${hex(rule.fwmark.mask)}`);
  if (rule.iif !== null) words.push('iif', rule.iif);
  if (rule.oif !== null) words.push('oif', rule.oif);
  if (rule.unsupported.length > 0) words.push(...rule.unsupported);
  words.push(rule.action.kind === 'table' ? `lookup ${rule.action.table}` : rule.action.kind);
  return words.join(' ');
}

function hex(value: number): string {
  return `0x${(value >>> 0).toString(16)}`;
}
