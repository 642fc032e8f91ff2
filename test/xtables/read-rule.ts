import type { XtRule } from '../../src/kernel/netfilter/xtables/rule.ts';
import type { XtTableName } from '../../src/linux/priority.ts';
import type { Issue } from '../../src/packet/issue.ts';
import { parseIptablesSave } from '../../src/snapshot/iptables-save/parse.ts';

/** Where a rule is read in. */
export interface RulePlace {
  readonly family?: 4 | 6;
  readonly table?: XtTableName;
}

/** Reads the options of one rule of chain `r`. `c1` is a chain it may lead to. */
export function readRule(
  options: string,
  { family = 4, table = 'filter' }: RulePlace = {},
): { readonly rule: XtRule; readonly issues: readonly Issue[] } {
  const text = `*${table}\n:r - [0:0]\n:c1 - [0:0]\n-A r ${options}\nCOMMIT\n`;
  const { value, issues } = parseIptablesSave(text, 'f', { family, backend: 'unspecified' });
  const rule = value[0]?.chains.get('r')?.rules[0];
  if (!rule) throw new Error(`no rule in: ${text}`);
  return { rule, issues };
}

/** What a rule asks and does, without its text and place. */
export function meaningOf({ header, matches, target }: XtRule) {
  return { header, matches, target };
}
