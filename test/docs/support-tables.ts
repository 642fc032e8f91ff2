import { matchSupport } from '../../src/kernel/netfilter/xtables/match/registry.ts';
import { targetSupport } from '../../src/kernel/netfilter/xtables/target/registry.ts';
import type { Support } from '../../src/packet/issue.ts';
import { EXPRESSION_CONSTRUCTS, type Held, STATEMENT_CONSTRUCTS } from '../nft/constructs.ts';
import { MODELLED_FORMS } from '../xtables/forms.ts';
import { readRule } from '../xtables/read-rule.ts';
import {
  ABSENT_FORMS,
  ABSENT_UNSUPPORTED_FORMS,
  UNSUPPORTED_FORMS,
} from '../xtables/unsupported-forms.ts';
import { programsOf, reasonOf } from './support-reasons.ts';

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
  return { matches: xtTable('match', matches), targets: xtTable('target', targets) };
}

/** The same with the programs that have a name, and what an answer that is not exact depends on. */
function xtTable(title: string, supports: Supports): string {
  const rows = [...supports]
    .map(([name, found]) => {
      const listed = ORDER.filter((one) => found.has(one));
      const open = listed.some((one) => one === 'given-fact' || one === 'unsupported');
      const reason = open ? reasonOf(name) : '';
      return `| \`${name}\` | ${programsOf(name)} | ${listed.join(', ')} | ${reason} |`;
    })
    .sort();
  const head = `| ${title} | of | support | depends on, or why not |`;
  return [head, '|---|---|---|---|', ...rows].join('\n');
}

/** Every statement and expression of native nftables that the model registers. */
export function nftTable(): string {
  const rows = (constructs: readonly Held[]): Supports => {
    const found = new Map<string, Set<Support>>();
    for (const { name, support } of constructs) add(found, name, support);
    return found;
  };
  return [
    table('statement', rows(STATEMENT_CONSTRUCTS)),
    table('expression', rows(EXPRESSION_CONSTRUCTS)),
  ].join('\n\n');
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
