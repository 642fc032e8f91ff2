import type { XtBackend } from '../../kernel/netfilter/xtables/table.ts';
import type { Network } from '../../kernel/network.ts';
import type { XtTableName } from '../../linux/priority.ts';
import { type NetnsRef, netnsKey } from '../../packet/place.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import { addRule, type NetworkChange, type RulePosition } from '../change/network-change.ts';
import { buildRule, type RuleSpec, ruleArguments } from '../change/xt-rule.ts';
import { command } from '../command.ts';
import type { Command } from '../diagnosis.ts';

const BY_FIX: SourceRef = { file: '(fix)', line: 0 };

/** A table of one backend in one namespace: the other backend's table of that name is another one. */
export interface OwnTable {
  readonly where: NetnsRef;
  readonly table: XtTableName;
  readonly backend: XtBackend;
}

/** One rule of our own: added, and deleted by the same words. */
export interface OwnRule {
  readonly change: NetworkChange;
  readonly add: Command;
  readonly remove: Command;
}

/** A rule with its command and its undo. Rules of others are never touched. */
export function ownRule(own: OwnTable, position: RulePosition, spec: RuleSpec): OwnRule {
  const { where, table, backend } = own;
  const words = ruleArguments(spec);
  const start = iptables(own);
  const rule = buildRule(spec, BY_FIX);
  return {
    change: addRule(where, { table, backend, chain: spec.chain, position, rule }),
    add: command(where, [...start, position === 'first' ? '-I' : '-A', spec.chain, ...words]),
    remove: command(where, [...start, '-D', spec.chain, ...words]),
  };
}

/**
 * The program that reaches a table. Plain `iptables` is one of the two backends, and which one
 * differs between systems: where a table's backend is known, its own program is named.
 */
export function iptables({ table, backend }: OwnTable): readonly string[] {
  const program = backend === 'unspecified' ? 'iptables' : `iptables-${backend}`;
  return [program, '-w', '-t', table];
}

/**
 * The table in which a namespace's rules of that name are, preferably the one with a chain; where
 * there is none yet, of the backend in which its other rules are.
 */
export function tableOf(
  network: Network,
  where: NetnsRef,
  table: XtTableName,
  chain?: string,
): OwnTable {
  const all = (network.namespaces.get(netnsKey(where))?.ruleset.xtables ?? []).filter(
    ({ family }) => family === 4,
  );
  const named = all.filter(({ name }) => name === table);
  const found =
    named.find(({ chains }) => chain !== undefined && chains.has(chain)) ??
    named.find(({ chains }) => [...chains.values()].some(({ rules }) => rules.length > 0)) ??
    named[0] ??
    all[0];
  return { where, table, backend: found?.backend ?? 'unspecified' };
}
