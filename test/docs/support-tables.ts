import {
  type Expression,
  expressionSupport,
  operandsOf,
} from '../../src/kernel/netfilter/nft/expression/expression.ts';
import { statementSupport } from '../../src/kernel/netfilter/nft/statement/statement.ts';
import { matchSupport } from '../../src/kernel/netfilter/xtables/match/registry.ts';
import { targetSupport } from '../../src/kernel/netfilter/xtables/target/registry.ts';
import type { Support } from '../../src/packet/issue.ts';
import { parseNftRuleset } from '../../src/snapshot/nft-json/parse.ts';
import { FOLDERS, readFolder } from '../snapshot/read-folder.ts';
import { MODELLED_FORMS } from '../xtables/forms.ts';
import { readRule } from '../xtables/read-rule.ts';
import {
  ABSENT_FORMS,
  ABSENT_UNSUPPORTED_FORMS,
  UNSUPPORTED_FORMS,
} from '../xtables/unsupported-forms.ts';

/** How far each name is supported: by the model's own registries, over every form we test. */
type Supports = ReadonlyMap<string, ReadonlySet<Support>>;

const FORMS = [
  ...MODELLED_FORMS,
  ...ABSENT_FORMS,
  ...UNSUPPORTED_FORMS,
  ...ABSENT_UNSUPPORTED_FORMS,
];

/** Matches and targets of iptables, by the names that `-m` and `-j` take. */
export function xtablesTables(): { readonly matches: string; readonly targets: string } {
  const matches = new Map<string, Set<Support>>();
  const targets = new Map<string, Set<Support>>();
  for (const form of FORMS) {
    const text = form.saved ?? form.rule;
    const { rule } = readRule(text, form);
    const names = [...text.matchAll(/(?:^| )-m (\S+)/g)].map(([, name = '']) => name);
    rule.matches.forEach((match, index) => {
      add(matches, names[index] ?? match.kind, matchSupport(match));
    });
    const target = /(?:^| )-[jg] (\S+)/.exec(text)?.[1];
    if (target !== undefined && target !== 'c1') add(targets, target, targetSupport(rule.target));
  }
  return { matches: table('match', matches), targets: table('target', targets) };
}

/** Statements and expressions of native nftables, as they occur in the recorded rulesets. */
export function nftTable(): string {
  const found = new Map<string, Set<Support>>();
  const look = (expression: Expression): void => {
    const name =
      'key' in expression && typeof expression.key === 'string'
        ? `${expression.kind} ${expression.key}`
        : expression.kind;
    add(found, name, expressionSupport(expression));
    operandsOf(expression).forEach(look);
  };
  for (const folder of FOLDERS.filter((name) => name.includes('nftables-'))) {
    for (const [path, text] of readFolder(folder)) {
      if (!path.endsWith('nft-ruleset.json')) continue;
      const rules = parseNftRuleset(text, path).value.flatMap(({ chains }) =>
        [...chains.values()].flatMap((chain) => chain.rules),
      );
      for (const statement of rules.flatMap((rule) => rule.statements)) {
        add(found, `${statement.kind} (statement)`, statementSupport(statement));
        if (statement.kind === 'match') look(statement.left);
        if (statement.kind === 'vmap' || statement.kind === 'set-update') look(statement.key);
        if (statement.kind === 'mangle') look(statement.value);
      }
    }
  }
  return table('statement or expression', found);
}

function add(to: Map<string, Set<Support>>, name: string, support: Support): void {
  const known = to.get(name);
  if (known) known.add(support);
  else to.set(name, new Set([support]));
}

/** From the best to the worst. */
const ORDER: readonly Support[] = ['exact', 'no-effect', 'given-fact', 'unsupported', 'unknown'];

function table(title: string, supports: Supports): string {
  const rows = [...supports]
    .map(([name, found]) => `| \`${name}\` | ${ORDER.filter((one) => found.has(one)).join(', ')} |`)
    .sort();
  return [`| ${title} | support |`, '|---|---|', ...rows].join('\n');
}
