import type { NftTable } from '../../kernel/netfilter/nft/table.ts';
import type { XtTable } from '../../kernel/netfilter/xtables/table.ts';
import type { NetnsState } from '../../kernel/netns-state.ts';
import { type NetnsRef, netnsKey } from '../../packet/place.ts';
import { formatSource } from '../../packet/source-ref.ts';
import { nearNames } from '../../snapshot/near-names.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { type RuleTarget, ruleOf } from '../../trace/why-not/rule-target.ts';
import { usageFailure } from '../failure.ts';

/** How a rule or a chain was named. */
export type TargetWords =
  | { readonly kind: 'rule'; readonly text: string }
  | { readonly kind: 'chain'; readonly text: string };

/**
 * Finds the rule or chain in a namespace: `nat KUBE-SERVICES 12` (numbers count from 1, as
 * `iptables -L --line-numbers` prints them), `FILE:LINE`, or the words of the rule.
 */
export function findTarget(
  snapshot: Snapshot,
  where: NetnsRef,
  family: 4 | 6,
  words: TargetWords,
): RuleTarget {
  const netns = snapshot.network.namespaces.get(netnsKey(where));
  if (!netns) throw usageFailure(`--node ${netnsKey(where)}: not in the snapshot`);
  const chains = chainsOf(netns, family);
  if (chains.length === 0) {
    throw usageFailure(
      `--${words.kind} ${words.text}: ${netnsKey(where)} has no rules, as far as is known`,
    );
  }
  return words.kind === 'chain'
    ? chainNamed(chains, words.text, '--chain')
    : (ruleNumbered(chains, words.text) ?? ruleWith(chains, words.text));
}

/** Every chain of a namespace, as a target of its own. */
function chainsOf({ ref, ruleset }: NetnsState, family: 4 | 6): readonly RuleTarget[] {
  const xt = (ruleset.xtables ?? [])
    .filter((table) => table.family === family)
    .flatMap((table: XtTable) =>
      [...table.chains.keys()].map(
        (chain): RuleTarget => ({ kind: 'xt', where: ref, table, chain, position: null }),
      ),
    );
  const families = family === 4 ? ['ip', 'inet'] : ['ip6', 'inet'];
  const nft = (ruleset.nft ?? [])
    .filter((table) => families.includes(table.family))
    .flatMap((table: NftTable) =>
      [...table.chains.keys()].map(
        (chain): RuleTarget => ({ kind: 'nft', where: ref, table, chain, position: null }),
      ),
    );
  return [...xt, ...nft];
}

/** `nat`, or `ip kube-proxy`. */
function tableName(target: RuleTarget): string {
  return target.kind === 'xt' ? target.table.name : `${target.table.family} ${target.table.name}`;
}

function title(target: RuleTarget): string {
  return `${tableName(target)} ${target.chain}`;
}

/** By its own name, its table's before it, and the backend's before that. */
function isNamed(target: RuleTarget, text: string): boolean {
  const name = title(target);
  const backend = target.kind === 'xt' ? target.table.backend : 'native';
  return target.chain === text || name === text || `${backend} ${name}` === text;
}

function chainNamed(chains: readonly RuleTarget[], text: string, option: string): RuleTarget {
  const found = chains.filter((one) => isNamed(one, text));
  const [only] = found;
  if (only && found.length === 1) return only;
  if (found.length > 1) throw several(option, text, found);
  const near = nearNames(text.split(' ').at(-1) ?? text, [
    ...new Set(chains.map(({ chain }) => chain)),
  ]);
  const hint = near.length > 0 ? `; near: ${near.join(', ')}` : '';
  throw usageFailure(`${option} ${text}: no such chain${where(chains)}${hint}`);
}

function where([first]: readonly RuleTarget[]): string {
  return first ? ` on ${netnsKey(first.where)}` : '';
}

function several(option: string, text: string, found: readonly RuleTarget[]): Error {
  const told = found.slice(0, 4).map((target) => {
    const rule = ruleOf(target);
    const backend = target.kind === 'xt' ? `${target.table.backend} ` : '';
    return rule
      ? `${title(target)} ${(target.position ?? 0) + 1} at ${formatSource(rule.source)}`
      : `${backend}${title(target)}`;
  });
  const more = found.length > told.length ? ` and ${found.length - told.length} more` : '';
  return usageFailure(`${option} ${text}: several fit: ${told.join('; ')}${more}`);
}

function ruleNumbered(chains: readonly RuleTarget[], text: string): RuleTarget | null {
  const numbered = /^(.+) (\d{1,7})$/.exec(text.trim());
  if (!numbered) return null;
  const [, name = '', number = ''] = numbered;
  const known = chains.some((one) => isNamed(one, name));
  // The words of a rule may end with a number too.
  if (!known && !/^[\w-]+(?: [\w-]+){0,3}$/.test(name)) return null;
  const chain = chainNamed(chains, name, '--rule');
  const position = Number(number) - 1;
  const { length } = chain.table.chains.get(chain.chain)?.rules ?? [];
  if (position < 0 || position >= length) {
    throw usageFailure(`--rule ${text}: ${title(chain)} has ${length} rules, counted from 1`);
  }
  return { ...chain, position };
}

function ruleWith(chains: readonly RuleTarget[], text: string): RuleTarget {
  const wanted = plain(text);
  const all = chains.flatMap((chain) =>
    (chain.table.chains.get(chain.chain)?.rules ?? []).map((rule, position) => ({
      rule,
      target: { ...chain, position },
    })),
  );
  const at = /^(.+):(\d{1,9})$/.exec(text);
  const bySource = at
    ? all.filter(
        ({ rule: { source } }) => source.line === Number(at[2]) && at[1]?.endsWith(source.file),
      )
    : [];
  const exact = all.filter(({ rule }) => plain(rule.text) === wanted);
  const parts = all.filter(({ rule }) => plain(rule.text).includes(wanted));
  for (const found of [bySource, exact, parts]) {
    const [only] = found;
    if (only && found.length === 1) return only.target;
    if (found.length > 1)
      throw several(
        '--rule',
        text,
        found.map(({ target }) => target),
      );
  }
  throw usageFailure(
    `--rule ${text}: no such rule${where(chains)}; give it as TABLE CHAIN NUMBER, FILE:LINE or by its words`,
  );
}

/** A rule's words without counters and doubled blanks. */
function plain(text: string): string {
  return text
    .replace(/^\[\d+:\d+\] /, '')
    .replace(/counter packets \d+ bytes \d+ ?/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}
