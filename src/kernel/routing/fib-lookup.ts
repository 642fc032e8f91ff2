import type { Errno } from '../../linux/errno.ts';
import type { Decider } from '../decide.ts';
import type { NetnsState } from '../netns-state.ts';
import { assumedRoute, assumedRules } from './assumed-route.ts';
import { type Fib, type FibKey, fibOf, lookupTable, type TableAnswer, tableName } from './fib.ts';
import { type Fib6Choice, fib6Of, lookupTable6 } from './fib6.ts';
import type { Nexthop, Route, RoutingRule, RoutingRuleAction } from './route.ts';
import { isOfGroup, ruleMatches } from './rule-match.ts';
import { tableRule } from './table-rule.ts';

/** What the routing tables say of a key. Linux: fib_lookup(). */
export type FibResult =
  | {
      readonly kind: 'found';
      readonly route: Route;
      /** The first usable nexthop; a multipath route may take another one. */
      readonly nexthop: Nexthop;
      readonly table: string;
    }
  | {
      readonly kind: 'error';
      readonly errno: Errno;
      /** The route or the rule that refused; both null when nothing matched. */
      readonly route: Route | null;
      readonly rule: RoutingRule | null;
    };

const NO_ROUTE: FibResult = { kind: 'error', errno: 'ENETUNREACH', route: null, rule: null };

/** Looks a key up in the rules and tables of a namespace, and asks where they are not known. */
export function fibLookup(netns: NetnsState, key: FibKey, decider: Decider): FibResult {
  if (key.destination.family === 6) {
    return fib6Lookup(netns, key, { device: key.oif, strict: key.oif !== null }, decider);
  }
  const fib = fibOf(netns);
  if (fib === null) return assumedRoute(netns, key, NO_ROUTE, decider);
  const rules = knownRules(netns, fib, decider);
  const result =
    rules === null || isDefault(rules)
      ? lookupWithoutRules(netns, fib, key, decider)
      : walkRules(netns, rules, key, decider, (table) =>
          lookupTable(netns, fib.tables.get(table), key, decider),
        );
  if (fib.complete || (result.kind === 'found' && result.route.type !== 'unicast')) return result;
  return assumedRoute(netns, key, result, decider);
}

/** Null stands for the default rules; where routes are missing too, one question covers both. */
function knownRules(netns: NetnsState, fib: Fib, decider: Decider): readonly RoutingRule[] | null {
  const { rules } = netns.routing;
  if (rules) return rules;
  return fib.complete ? assumedRules(netns, fib.tables.keys(), 4, decider) : null;
}

/**
 * The same for IPv6, whose tables local and main are always two: asking them one after the other is
 * what its two rules say. Linux: fib6_rule_lookup().
 */
export function fib6Lookup(
  netns: NetnsState,
  key: FibKey,
  choice: Fib6Choice,
  decider: Decider,
): FibResult {
  const fib = fib6Of(netns);
  if (fib === null) return assumedRoute(netns, key, NO_ROUTE, decider);
  const rules =
    netns.routing.rules6 ??
    (fib.complete ? assumedRules(netns, fib.tables.keys(), 6, decider) : null) ??
    USUAL_RULES_6;
  const result = walkRules(netns, rules, key, decider, (table) =>
    lookupTable6(netns, fib.tables.get(table), key, choice, decider),
  );
  if (fib.complete || (result.kind === 'found' && result.route.type !== 'unicast')) return result;
  return assumedRoute(netns, key, result, decider);
}

const USUAL_RULES_6: readonly RoutingRule[] = [tableRule(0, 'local'), tableRule(32766, 'main')];

const DEFAULT_RULES: readonly (readonly [priority: number, table: string])[] = [
  [0, 'local'],
  [32766, 'main'],
  [32767, 'default'],
];

/** Whether the rules are the three every namespace starts with. */
export function hasCustomRules(netns: NetnsState): boolean {
  return netns.routing.rules !== undefined && !isDefault(netns.routing.rules);
}

function isDefault(rules: readonly RoutingRule[]): boolean {
  if (rules.length !== DEFAULT_RULES.length) return false;
  return rules.every((rule, i) => {
    const [priority, table] = DEFAULT_RULES[i] ?? [];
    const { action } = rule;
    return (
      rule.priority === priority &&
      action.kind === 'table' &&
      tableName(action.table) === table &&
      action.suppressPrefixLength === null &&
      action.suppressGroup === null &&
      !rule.not &&
      rule.source === null &&
      rule.destination === null &&
      rule.fwmark === null &&
      rule.iif === null &&
      rule.oif === null &&
      rule.tos === null &&
      rule.dscp === undefined &&
      rule.tunnelId === undefined &&
      rule.protocol === null &&
      rule.sport === null &&
      rule.dport === null &&
      rule.uidRange === null &&
      rule.unsupported.length === 0
    );
  });
}

/**
 * Until a rule is added the kernel asks one table that holds both local and main routes, so that
 * a longer prefix in main beats a shorter one in local. Linux: fib_lookup() without custom rules.
 */
function lookupWithoutRules(netns: NetnsState, fib: Fib, key: FibKey, decider: Decider): FibResult {
  const merged = lookupTable(netns, fib.merged, key, decider);
  if (merged.kind === 'found') return found(merged);
  const fallback = fib.tables.get('default');
  if (fallback) {
    const answer = lookupTable(netns, fallback, key, decider);
    return ended(answer) ?? NO_ROUTE;
  }
  return ended(merged) ?? NO_ROUTE;
}

function found(answer: Extract<TableAnswer, { kind: 'found' }>): FibResult {
  const { route, nexthop } = answer;
  return { kind: 'found', route, nexthop, table: tableName(route.table) };
}

/** The result that ends the walk, or null when it goes on. */
function ended(answer: TableAnswer): FibResult | null {
  switch (answer.kind) {
    case 'found':
      return found(answer);
    case 'refused':
      return { kind: 'error', errno: answer.errno, route: answer.route, rule: null };
    case 'miss':
      return null;
  }
}

/** Goes through rules; `lookup` asks a table by its name. Linux: fib_rules_lookup(). */
function walkRules(
  netns: NetnsState,
  given: readonly RoutingRule[],
  key: FibKey,
  decider: Decider,
  lookup: (table: string) => TableAnswer,
): FibResult {
  const rules = inOrder(given);
  let i = 0;
  while (i < rules.length) {
    const rule = rules[i];
    i++;
    if (!rule || !ruleMatches(netns, rule, key, decider)) continue;
    const { action } = rule;
    switch (action.kind) {
      case 'nop':
        break;
      case 'goto': {
        // Only forward: the kernel refuses a target before the rule; a missing one is skipped.
        const target = rules.findIndex((other) => other.priority === action.priority);
        if (target >= i) i = target;
        break;
      }
      case 'unreachable':
        return { kind: 'error', errno: 'ENETUNREACH', route: null, rule };
      case 'prohibit':
        return { kind: 'error', errno: 'EACCES', route: null, rule };
      case 'blackhole':
        return { kind: 'error', errno: 'EINVAL', route: null, rule };
      case 'table': {
        const answer = lookup(tableName(action.table));
        if (suppressed(netns, answer, action, decider)) break;
        const result = ended(answer);
        if (result) return result;
        break;
      }
    }
  }
  return NO_ROUTE;
}

/** Equal priorities keep the order in which they are listed. */
function inOrder(rules: readonly RoutingRule[]): readonly RoutingRule[] {
  const sorted = rules.every((rule, i) => (rules[i - 1]?.priority ?? 0) <= rule.priority);
  return sorted ? rules : rules.toSorted((a, b) => a.priority - b.priority);
}

/** Linux: fib4_rule_suppress(), fib6_rule_suppress(). */
function suppressed(
  netns: NetnsState,
  answer: TableAnswer,
  { suppressPrefixLength, suppressGroup }: Extract<RoutingRuleAction, { kind: 'table' }>,
  decider: Decider,
): boolean {
  if (answer.kind !== 'found') return false;
  const { length } = answer.route.destination;
  if (suppressPrefixLength !== null && length <= suppressPrefixLength) return true;
  const { device } = answer.nexthop;
  return suppressGroup !== null && isOfGroup(netns, device, suppressGroup, decider);
}
