import { componentNames, intervalText } from '../../kernel/netfilter/explain/nft-words.ts';
import { elementsOf } from '../../kernel/netfilter/nft/set.ts';
import type { NftRule, NftTable } from '../../kernel/netfilter/nft/table.ts';
import type { XtRule } from '../../kernel/netfilter/xtables/rule.ts';
import type { XtTable } from '../../kernel/netfilter/xtables/table.ts';
import { type Hook, hookOfChain } from '../../linux/hook.ts';
import { XT_TABLE_HOOKS } from '../../linux/priority.ts';
import type { NetnsRef } from '../../packet/place.ts';

/** The rule that is asked about, or a whole chain. */
export type RuleTarget = {
  readonly where: NetnsRef;
  readonly chain: string;
  /** Its position in the chain, from 0; null asks about the chain. */
  readonly position: number | null;
} & (
  | { readonly kind: 'xt'; readonly table: XtTable }
  | { readonly kind: 'nft'; readonly table: NftTable }
);

/** A rule with its place. */
export interface RuleAt {
  readonly chain: string;
  readonly position: number;
  readonly rule: XtRule | NftRule;
}

/** The rule of a target; null when a chain is asked about. */
export function ruleOf(target: RuleTarget): XtRule | NftRule | null {
  if (target.position === null) return null;
  return target.table.chains.get(target.chain)?.rules[target.position] ?? null;
}

/** Every rule that leads to a chain, by the chain. */
export function callers(target: RuleTarget): ReadonlyMap<string, readonly RuleAt[]> {
  const found = new Map<string, RuleAt[]>();
  for (const [chain, { rules }] of target.table.chains) {
    for (const [position, rule] of rules.entries()) {
      for (const called of new Set(calledBy(rule))) {
        const at = { chain, position, rule };
        const known = found.get(called);
        if (known) known.push(at);
        else found.set(called, [at]);
      }
    }
  }
  return found;
}

function calledBy(rule: XtRule | NftRule): readonly string[] {
  if ('target' in rule) {
    const { target } = rule;
    return target.kind === 'jump' || target.kind === 'goto' ? [target.chain] : [];
  }
  return rule.statements.flatMap((statement) => {
    if (statement.kind === 'verdict') return calledIn(statement.verdict);
    if (statement.kind !== 'vmap') return [];
    return elementsOf(statement.map).flatMap(({ data }) =>
      data?.kind === 'verdict' ? calledIn(data.verdict) : [],
    );
  });
}

/** The keys of a rule's verdict maps that lead to a chain, as nft writes them. */
export function keysTo(rule: XtRule | NftRule, chain: string): readonly string[] {
  if ('target' in rule) return [];
  return rule.statements.flatMap((statement) => {
    if (statement.kind !== 'vmap') return [];
    const names = componentNames(statement.key);
    return elementsOf(statement.map)
      .filter(({ data }) => data?.kind === 'verdict' && calledIn(data.verdict).includes(chain))
      .map(({ key }) =>
        key.map((interval, i) => intervalText(interval, names[i] ?? '')).join(' . '),
      );
  });
}

function calledIn(verdict: { readonly kind: string; readonly target?: string }): readonly string[] {
  return verdict.target === undefined ? [] : [verdict.target];
}

/** The hooks from which a chain can be reached, each by its base chain. */
export function hooksOf(
  target: RuleTarget,
  called: ReadonlyMap<string, readonly RuleAt[]>,
): ReadonlyMap<Hook, string> {
  const hooks = new Map<Hook, string>();
  const seen = new Set<string>();
  const open = [target.chain];
  for (let chain = open.pop(); chain !== undefined; chain = open.pop()) {
    if (seen.has(chain)) continue;
    seen.add(chain);
    const hook = baseHook(target, chain);
    if (hook) hooks.set(hook, chain);
    open.push(...(called.get(chain) ?? []).map((caller) => caller.chain));
  }
  return hooks;
}

function baseHook(target: RuleTarget, chain: string): Hook | null {
  if (target.kind === 'xt') {
    const hook = hookOfChain(chain);
    return hook !== null && XT_TABLE_HOOKS[target.table.name][hook] !== undefined ? hook : null;
  }
  const base = target.table.baseChains.find(({ name }) => name === chain);
  return base && base.hook !== 'ingress' && base.hook !== 'egress' ? base.hook : null;
}

/** How steps name the table. */
export function tableNames(target: RuleTarget): {
  readonly backend: string;
  readonly table: string;
} {
  return target.kind === 'xt'
    ? { backend: target.table.backend, table: target.table.name }
    : { backend: 'native', table: `${target.table.family} ${target.table.name}` };
}
