import type { XtChain } from '../../kernel/netfilter/xtables/chain.ts';
import type { XtMatch } from '../../kernel/netfilter/xtables/match/match-types.ts';
import type { XtCounters, XtRule } from '../../kernel/netfilter/xtables/rule.ts';
import type { XtTable } from '../../kernel/netfilter/xtables/table.ts';
import type { XtTarget } from '../../kernel/netfilter/xtables/target/target-types.ts';
import { joined } from './grammar.ts';
import { printHeader } from './header-options.ts';
import { printMatch } from './match/registry.ts';
import { printTarget } from './target/registry.ts';

/** Tables as iptables-save prints them, without its comments. */
export function printIptablesSave(tables: readonly XtTable[]): string {
  return tables.map(printTable).join('');
}

function printTable(table: XtTable): string {
  const chains = [...table.chains.values()];
  const lines = [
    `*${table.name}`,
    ...chains.map(printChain),
    ...chains.flatMap(({ name, rules }) =>
      rules.map((rule) => joined(printCounters(rule.counters), printRule(rule, name))),
    ),
    'COMMIT',
  ];
  return lines.map((line) => `${line}\n`).join('');
}

function printChain({ name, policy, counters }: XtChain): string {
  const printed = printCounters(counters ?? { packets: 0, bytes: 0 });
  return `:${name} ${policy?.toUpperCase() ?? '-'} ${printed}`;
}

function printCounters(counters: XtCounters | null): string {
  return counters ? `[${counters.packets}:${counters.bytes}]` : '';
}

/** A rule of a chain as iptables-save prints it, without counters. */
export function printRule(
  { header, matches, target }: Pick<XtRule, 'header' | 'matches' | 'target'>,
  chain: string,
): string {
  return joined(
    `-A ${chain}`,
    printHeader(header),
    ...matches.map(printMatchOption),
    printTargetOption(target),
  );
}

function printMatchOption(match: XtMatch): string {
  return match.kind === 'unsupported' ? match.text : `-m ${printMatch(match)}`;
}

function printTargetOption(target: XtTarget): string {
  switch (target.kind) {
    case 'none':
      return '';
    case 'accept':
    case 'drop':
    case 'return':
      return `-j ${target.kind.toUpperCase()}`;
    case 'jump':
      return `-j ${target.chain}`;
    case 'goto':
      return `-g ${target.chain}`;
    default:
      return `-j ${printTarget(target)}`;
  }
}
