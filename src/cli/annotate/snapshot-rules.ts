import type { LinePlace, LogRule, SeenPacket } from '../../evidence/annotate/line-reader.ts';
import { readSavedRule } from '../../evidence/annotate/saved-rule.ts';
import { elementsOf } from '../../kernel/netfilter/nft/set.ts';
import type { NftTable } from '../../kernel/netfilter/nft/table.ts';
import type { XtTable } from '../../kernel/netfilter/xtables/table.ts';
import type { AddressBook } from '../../kube/address-book.ts';
import { serviceOfNftChain } from '../../kube/chain-name.ts';
import type { RuleNames } from '../../kube/rule-names.ts';
import { hookOfChain } from '../../linux/hook.ts';
import { type Address, sameAddress } from '../../packet/address.ts';
import { protocolName } from '../../packet/protocol.ts';
import type { SourceRef } from '../../packet/source-ref.ts';
import type { RuleBook, RuleText } from '../../report/annotate/line-note.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';

/** A rule that writes to the kernel's log. */
interface LoggingRule {
  readonly node: string;
  readonly table: string;
  readonly chain: string;
  readonly hook: string | null;
  readonly destination: Address | null;
  readonly text: string;
  readonly source: SourceRef;
}

/** The rules of a snapshot by what lines of a log say of them. */
export interface SnapshotRules {
  readonly book: RuleBook;
  /** LOG rules by their trimmed prefix. */
  readonly byPrefix: ReadonlyMap<string, readonly LogRule[]>;
}

/** A book without rules. */
export const NO_RULES: SnapshotRules = {
  byPrefix: new Map(),
  book: { logged: () => null, numbered: () => null, hookOf: () => null },
};

/**
 * Indexes every rule of the nodes once; what they say of addresses goes to the names.
 * @param from the node whose lines they are, where the lines do not say
 */
export function snapshotRules(
  { network, nodes }: Snapshot,
  names: RuleNames,
  addresses: AddressBook,
  from: string | null,
): SnapshotRules {
  const logging = new Map<string, LoggingRule[]>();
  /** By table and chain, then by node. */
  const chains = new Map<string, Map<string, readonly RuleText[]>>();
  const hooks = new Map<string, string>();
  const nodeOf = new Map<string, string>();
  for (const { name, aliases } of nodes.values()) {
    for (const alias of [name, ...aliases]) nodeOf.set(alias, name);
  }
  const log = (prefix: string, rule: LoggingRule): void => {
    const list = logging.get(prefix.trim());
    if (list) list.push(rule);
    else logging.set(prefix.trim(), [rule]);
  };
  for (const { ref, ruleset, origin } of network.namespaces.values()) {
    if (origin.kind !== 'captured') continue;
    for (const table of ruleset.xtables ?? []) {
      addXtables(ref.node, ref.netns, table, { names, chains, log });
    }
    for (const table of ruleset.nft ?? []) addNft(ref.node, table, { log, hooks, addresses });
  }
  const [only = null] = nodes.size === 1 ? [...nodes.keys()] : [from];
  const nodeNamed = (name: string | null): string | null =>
    name === null ? only : (nodeOf.get(name) ?? only);
  return {
    byPrefix: statements(logging),
    book: {
      logged: (seen, at) => loggedBy(logging, nodeNamed(seen.vantage.node), seen, at),
      numbered({ vantage: { node } }, { rule, table, chain }) {
        if (rule?.kind !== 'rule' || table === null || chain === null) return null;
        const byNode = chains.get(`${table} ${chain}`);
        const named = nodeNamed(node);
        if (named !== null) return byNode?.get(named)?.[rule.number - 1] ?? null;
        // Of an unknown node only what all of them have.
        const all = [...(byNode?.values() ?? [])].map((rules) => rules[rule.number - 1]);
        const [first] = all;
        return first && all.every((other) => other?.text === first.text) ? first : null;
      },
      hookOf: (node, table, chain) =>
        hooks.get(`${nodeNamed(node) ?? ''} ${table} ${chain}`) ?? null,
    },
  };
}

function addXtables(
  node: string,
  netns: string | null,
  table: XtTable,
  to: {
    readonly names: RuleNames;
    readonly chains: Map<string, Map<string, readonly RuleText[]>>;
    readonly log: (prefix: string, rule: LoggingRule) => void;
  },
): void {
  for (const { name, rules } of table.chains.values()) {
    if (netns === null && table.family === 4) {
      const key = `${table.name} ${name}`;
      const byNode = to.chains.get(key) ?? new Map<string, readonly RuleText[]>();
      to.chains.set(key, byNode.set(node, rules));
    }
    for (const rule of rules) {
      const { target, text, source, header } = rule;
      const words = text.includes('--comment') ? readSavedRule(text) : null;
      if (words) to.names.learn(words);
      if (target.kind !== 'log') continue;
      const place = { node, table: table.name, chain: name, hook: hookOfChain(name) };
      const destination =
        header.destination && !header.destination.negated ? header.destination.address : null;
      to.log(target.prefix, { ...place, destination, text, source });
    }
  }
}

function addNft(
  node: string,
  table: NftTable,
  to: {
    readonly log: (prefix: string, rule: LoggingRule) => void;
    readonly hooks: Map<string, string>;
    readonly addresses: AddressBook;
  },
): void {
  const name = `${table.family} ${table.name}`;
  for (const { name: chain, hook } of table.baseChains) {
    to.hooks.set(`${node} ${name} ${chain}`, hook);
  }
  for (const { name: chain, rules, base } of table.chains.values()) {
    for (const { statements, text, source } of rules) {
      for (const statement of statements) {
        if (statement.kind !== 'side-effect' || statement.prefix === null) continue;
        const place = { node, table: name, chain, hook: base?.hook ?? null };
        to.log(statement.prefix, { ...place, destination: null, text, source });
      }
    }
  }
  for (const set of table.sets.values()) {
    for (const { key, data } of elementsOf(set)) {
      if (data?.kind !== 'verdict' || !('target' in data.verdict)) continue;
      const of = serviceOfNftChain(data.verdict.target);
      const [address, protocol, port] = key.map(({ first }) => first);
      if (!of || typeof protocol !== 'number' || typeof port !== 'number') continue;
      const at: Address | null =
        typeof address === 'number'
          ? { family: 4, bits: address }
          : typeof address === 'bigint'
            ? { family: 6, bits: address }
            : null;
      const kind = protocolName(protocol);
      if (at && (kind === 'tcp' || kind === 'udp' || kind === 'sctp')) {
        to.addresses.addService(at, kind, port, of);
      }
    }
  }
}

/** The same as what a pasted command would state, so that lines are placed alike. */
function statements(
  logging: ReadonlyMap<string, readonly LoggingRule[]>,
): ReadonlyMap<string, readonly LogRule[]> {
  return new Map(
    [...logging].map(([prefix, rules]) => [
      prefix,
      rules.map(({ table, chain, destination, source }) => ({
        kind: 'log-rule',
        table,
        chain,
        destination,
        narrowed: true,
        prefix,
        insert: false,
        source,
      })),
    ]),
  );
}

/** Rules of several nodes may share a prefix: they have to be the same where the node is not known. */
function loggedBy(
  logging: ReadonlyMap<string, readonly LoggingRule[]>,
  node: string | null,
  { vantage, packet }: SeenPacket,
  at: LinePlace,
): (RuleText & { readonly hook: string | null }) | null {
  const all = logging.get(vantage.label.trim());
  if (!all) return null;
  const fitting = all.filter(
    (rule) =>
      (node === null || rule.node === node) &&
      (at.table === null || rule.table === at.table) &&
      (at.chain === null || rule.chain === at.chain) &&
      (rule.destination === null || sameAddress(rule.destination, packet.destination)),
  );
  const [first] = fitting;
  return first && fitting.every(({ text }) => text === first.text) ? first : null;
}
