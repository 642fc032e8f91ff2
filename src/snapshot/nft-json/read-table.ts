import type { NftSet } from '../../kernel/netfilter/nft/set.ts';
import type {
  NftBaseChain,
  NftChain,
  NftRule,
  NftTable,
} from '../../kernel/netfilter/nft/table.ts';
import type { Issue, Parsed } from '../../packet/issue.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import { flagOf, type JsonObject, listOf, numberOf, textOf, textsOf } from '../json-value.ts';
import { error, warning } from '../make-issue.ts';
import { IPTABLES_RULES } from './native-tables.ts';
import { readBase } from './read-base.ts';
import { readDeclaredSet } from './read-declared-set.ts';
import { readRule } from './read-rule.ts';
import type { TableDraft } from './table-draft.ts';
import type { NamedLimit, TableScope, TypedSet } from './table-scope.ts';

/** Builds a table from what the listing holds of it. `file` is where tables without a line are. */
export function readTable(draft: TableDraft, file: string): Parsed<NftTable> {
  const issues: Issue[] = [];
  const source = draft.table?.source ?? firstOf(draft) ?? { file, line: 1 };
  const head = draft.table?.json ?? {};
  const label = `${draft.family} ${draft.name}`;
  if (!draft.table) issues.push(warning('table-not-listed', source, label));
  const table: NftTable = {
    family: draft.family,
    name: draft.name,
    handle: numberOf(head, 'handle') ?? 0,
    dormant: [textOf(head, 'flags'), ...textsOf(head, 'flags')].some(isDormant),
    unsupported: notReadable(draft),
    chains: new Map(),
    baseChains: [],
    sets: new Map(),
    ...(draft.hasHelper ? { hasHelper: true as const } : {}),
    source,
  };
  if (table.unsupported === IPTABLES_RULES) return { value: table, issues };
  if (table.unsupported !== null) {
    return { value: { ...table, baseChains: acting(draft, table, issues) }, issues };
  }
  const sets = readSets(draft, label, issues);
  const scope: TableScope = {
    family: draft.family,
    name: draft.name,
    sets,
    limits: readLimits(draft),
    source,
  };
  const chains = readChains(draft, readRules(draft, scope), issues);
  const named = new Map<string, NftSet>();
  for (const [name, typed] of sets) if (typed) named.set(name, typed.set);
  return {
    value: { ...table, chains, baseChains: attached(table, chains), sets: named },
    issues,
  };
}

/** nft 1.0.6 writes the flag with the name of another list's first entry; docs/lab-notes/nft-json.md. */
function isDormant(flag: string | null): boolean {
  return flag === 'dormant' || flag === 'ipv6_addr';
}

/** What iptables-nft made holds matches that nft lists by name only: its own save has them. */
function notReadable(draft: TableDraft): string | null {
  if (draft.family === 'arp') return 'family arp';
  if (draft.managed && draft.rules.length > 0) return IPTABLES_RULES;
  const opaque = draft.rules.some(({ json }) => listOf(json, 'expr').some(isXt));
  return opaque ? IPTABLES_RULES : null;
}

function isXt(statement: unknown): boolean {
  return typeof statement === 'object' && statement !== null && Object.hasOwn(statement, 'xt');
}

function firstOf({ chains, sets, rules }: TableDraft): SourceRef | undefined {
  return (chains[0] ?? sets[0] ?? rules[0])?.source;
}

function readSets(draft: TableDraft, label: string, issues: Issue[]) {
  const sets = new Map<string, TypedSet | null>();
  for (const { json, source } of draft.sets) {
    const name = textOf(json, 'name');
    if (name === null) {
      issues.push(error('unexpected-object', source, 'a set without a name'));
      continue;
    }
    const more = draft.elements
      .filter((element) => textOf(element.json, 'name') === name)
      .flatMap((element) => listOf(element.json, 'elem'));
    const read = readDeclaredSet(json, more, source);
    sets.set(name, read.kind === 'set' ? read.set : null);
    if (read.kind === 'unreadable') {
      issues.push(warning('unsupported-set', source, `${label} ${name}: ${read.why}`));
    }
  }
  return sets;
}

function readLimits({ limits }: TableDraft): ReadonlyMap<string, NamedLimit> {
  const read = new Map<string, NamedLimit>();
  for (const [name, json] of limits) {
    const exceeded = (numberOf(json, 'used') ?? 0) > (numberOf(json, 'bytes') ?? 0);
    const over = flagOf(json, 'inv') ?? false;
    read.set(name, { over, exceeded: name.startsWith('quota ') && exceeded });
  }
  return read;
}

function readRules(draft: TableDraft, scope: TableScope): ReadonlyMap<string, NftRule[]> {
  const rules = new Map<string, NftRule[]>();
  for (const { json, source } of draft.rules) {
    const chain = textOf(json, 'chain') ?? '';
    const list = rules.get(chain) ?? [];
    rules.set(chain, list);
    list.push(readRule(json, { ...scope, source }));
  }
  return rules;
}

function readChains(
  draft: TableDraft,
  rules: ReadonlyMap<string, NftRule[]>,
  issues: Issue[],
): ReadonlyMap<string, NftChain> {
  const chains = new Map<string, NftChain>();
  const add = (name: string, json: JsonObject, base: NftChain['base']): void => {
    const handle = numberOf(json, 'handle') ?? 0;
    chains.set(name, { name, handle, rules: rules.get(name) ?? [], base });
  };
  for (const { json, source } of draft.chains) {
    const name = textOf(json, 'name');
    const base = readBase(json);
    if (name === null || base === 'unreadable') {
      issues.push(error('unreadable-chain', source, JSON.stringify(json).slice(0, 120)));
    }
    if (name !== null) add(name, json, base === 'unreadable' ? null : base);
  }
  for (const [name, [first]] of rules) {
    if (chains.has(name) || !first) continue;
    // Whether it is attached to a hook was in the part that is missing.
    issues.push(error('chain-not-listed', first.source, `${draft.family} ${draft.name} ${name}`));
    add(name, {}, null);
  }
  return chains;
}

/** Where a table whose rules are not read may drop: its base chains, unless it has no rule at all. */
function acting(draft: TableDraft, table: NftTable, issues: Issue[]): NftBaseChain[] {
  const chains = attached(table, readChains(draft, new Map(), issues));
  return chains.filter(({ policy }) => draft.rules.length > 0 || policy === 'drop');
}

/** In the order of their registration: handles rise. */
function attached(table: NftTable, chains: ReadonlyMap<string, NftChain>): NftBaseChain[] {
  if (table.dormant) return [];
  return [...chains.values()]
    .flatMap((chain) => (chain.base ? [{ ...chain, ...chain.base }] : []))
    .sort((a, b) => a.handle - b.handle);
}
