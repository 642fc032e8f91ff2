import type { XtChain } from '../../kernel/netfilter/xtables/chain.ts';
import type { XtRule } from '../../kernel/netfilter/xtables/rule.ts';
import type { XtBackend, XtTable } from '../../kernel/netfilter/xtables/table.ts';
import type { NetnsState } from '../../kernel/netns-state.ts';
import type { Network } from '../../kernel/network.ts';
import type { Route } from '../../kernel/routing/route.ts';
import { builtinChain, HOOKS } from '../../linux/hook.ts';
import type { XtTableName } from '../../linux/priority.ts';
import { XT_TABLE_HOOKS } from '../../linux/priority.ts';
import { type NetnsRef, netnsKey } from '../../packet/place.ts';
import type { SourceRef } from '../../packet/source-ref.ts';

/** Pure changes of a network's state: what a fix's commands do, done to the model. */
export type NetworkChange = (network: Network) => Network;

/** All changes, one after the other. */
export function changes(list: readonly NetworkChange[]): NetworkChange {
  return (network) => list.reduce((state, change) => change(state), network);
}

/** Sets sysctls of a namespace. */
export function setSysctls(
  where: NetnsRef,
  values: readonly (readonly [key: string, value: string])[],
): NetworkChange {
  return inNetns(where, (netns) => ({
    ...netns,
    sysctls: {
      ...netns.sysctls,
      values: new Map([
        ...netns.sysctls.values,
        ...values.map(([key, value]) => [key, { value, source: null }] as const),
      ]),
    },
  }));
}

/** Adds routes to the main table. */
export function addRoutes(where: NetnsRef, routes: readonly Route[]): NetworkChange {
  return inNetns(where, (netns) => ({
    ...netns,
    routing: { ...netns.routing, routes: [...(netns.routing.routes ?? []), ...routes] },
  }));
}

/** Where a rule goes in its chain. */
export type RulePosition = 'first' | 'last';

export interface RuleAddition {
  readonly table: XtTableName;
  readonly backend: XtBackend;
  readonly chain: string;
  readonly rule: XtRule;
  readonly position: RulePosition;
}

/** Adds a rule; a table that is not there yet is made, as iptables does. */
export function addRule(where: NetnsRef, addition: RuleAddition): NetworkChange {
  return inNetns(where, (netns) => {
    const tables = netns.ruleset.xtables ?? [];
    const known = tables.find(
      ({ name, family, backend }) =>
        name === addition.table && family === 4 && backend === addition.backend,
    );
    const table = known ?? emptyTable(addition.table, addition.rule.source, addition.backend);
    const changed = withRule(table, addition);
    const xtables = known
      ? tables.map((candidate) => (candidate === known ? changed : candidate))
      : [...tables, changed];
    // Rules that were not collected stay unknown beside the new one.
    const unknown = netns.ruleset.xtables === undefined ? { partial: true as const } : {};
    return { ...netns, ruleset: { ...netns.ruleset, ...unknown, xtables } };
  });
}

function withRule(table: XtTable, { chain, rule, position }: RuleAddition): XtTable {
  const chains = new Map(table.chains);
  const before = chains.get(chain) ?? emptyChain(chain, false, rule.source);
  const rules = position === 'first' ? [rule, ...before.rules] : [...before.rules, rule];
  chains.set(chain, { ...before, rules });
  return { ...table, chains };
}

/** A table with its built-in chains and no rules. */
export function emptyTable(
  name: XtTableName,
  source: SourceRef,
  backend: XtBackend = 'unspecified',
): XtTable {
  const hooks = HOOKS.filter((hook) => XT_TABLE_HOOKS[name][hook] !== undefined);
  const chains = new Map(
    hooks.map((hook) => {
      const chain = builtinChain(hook);
      return [chain, emptyChain(chain, true, source)] as const;
    }),
  );
  return { name, family: 4, backend, chains };
}

/** A chain without rules; a built-in one accepts. */
export function emptyChain(name: string, builtin: boolean, source: SourceRef): XtChain {
  return { name, policy: builtin ? 'accept' : null, counters: null, rules: [], source };
}

function inNetns(where: NetnsRef, change: (netns: NetnsState) => NetnsState): NetworkChange {
  return (network) => {
    const key = netnsKey(where);
    const netns = network.namespaces.get(key);
    if (!netns) return network;
    return { ...network, namespaces: new Map([...network.namespaces, [key, change(netns)]]) };
  };
}
