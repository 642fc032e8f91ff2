import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { NftTable } from '../../../src/kernel/netfilter/nft/table.ts';
import { parseNftListing } from '../../../src/snapshot/nft-text/parse.ts';
import { RECORDED } from '../../snapshot/read-folder.ts';
import { labMissing, makeNamespaces, type Namespaces } from '../paths/namespaces.ts';
import { PLACES, type Place, rulesetOf } from './constructs/expression-cases.ts';
import { statementRuleset } from './constructs/statement-cases.ts';
import { DECLARED_FORMS } from './declared-forms.ts';
import { listedRules } from './listed-rules.ts';
import { DECLARATIONS, FORM_CHAINS } from './rule-forms.ts';

/** What nft lists of a ruleset as text and as JSON is read the same, and printed again as nft prints it. */
const missing = labMissing(['ip', 'nft']);

/** Where nft 1.0.6 lists a rule otherwise as text than as JSON; docs/lab-notes/nft-json.md. */
const MISLISTED: readonly RegExp[] = [
  // The text leaves the map of ports out.
  /tproxy to 127\.0\.0\.1 counter$/,
];

function rulesetText(): string {
  return Object.entries(DECLARATIONS)
    .map(([table, declared]) => {
      const chains = FORM_CHAINS.filter((form) => form.table === table).map(
        ({ chain, head, rules }) => `chain ${chain} {\n${[head, ...rules].join('\n')}\n}`,
      );
      return `table ${table} {\n${[...declared, ...chains].join('\n')}\n}\n`;
    })
    .join('');
}

const ORDER = ['table', 'chain', 'set', 'map', 'rule'];

/** nft lists verdict maps before the chains that they lead to, and does not take that back. */
function loadable(listing: string): string {
  const { nftables } = JSON.parse(listing) as { readonly nftables: readonly object[] };
  const kinds = nftables.filter((object) => !('metainfo' in object));
  const rank = (object: object): number => ORDER.indexOf(Object.keys(object)[0] ?? '');
  return JSON.stringify({ nftables: kinds.sort((a, b) => rank(a) - rank(b)) });
}

/** What both readers gave and what nft printed of one ruleset. */
function readBoth(namespaces: Namespaces, name: string) {
  const json = namespaces.run(name, ['nft', '-j', 'list', 'ruleset']);
  const text = namespaces.run(name, ['nft', '-a', 'list', 'ruleset']);
  const read = [
    parseNftListing(json, 'nft-ruleset.json'),
    parseNftListing(text, 'nft-ruleset.txt'),
    parseNftListing(namespaces.run(name, ['nft', '-s', 'list', 'ruleset']), 'nft-ruleset.txt'),
  ];
  for (const { issues } of read) expect(issues).toEqual([]);
  const [ofJson, ofText, ofPlain] = read.map(({ value }) => value);
  return {
    listed: listedRules(text),
    ofJson: ofJson ?? [],
    ofText: ofText ?? [],
    ofPlain: ofPlain ?? [],
  };
}

/** The texts of all rules, by family, table, chain and handle. */
function textsOf(tables: readonly NftTable[]): ReadonlyMap<string, string> {
  return new Map(
    tables.flatMap((table) =>
      [...table.chains.values()].flatMap((chain) =>
        chain.rules.map(
          (rule) =>
            [`${table.family} ${table.name} ${chain.name} ${rule.handle}`, rule.text] as const,
        ),
      ),
    ),
  );
}

/** Without what differs between two forms by design: the files' lines, and devices that JSON leaves out. */
function comparable(value: unknown): unknown {
  if (value instanceof Map)
    return new Map([...value].map(([key, item]) => [key, comparable(item)]));
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== 'source' && key !== 'devices')
      .map(([key, item]) => [key, comparable(item)]),
  );
}

const isMislisted = (text: string): boolean => MISLISTED.some((pattern) => pattern.test(text));

/** Rules in the words of a table, those that nft lists in two ways left out. */
function withoutMislisted(tables: readonly NftTable[]): readonly NftTable[] {
  const kept = <T extends { readonly rules: readonly { readonly text: string }[] }>(
    chain: T,
  ): T => ({
    ...chain,
    rules: chain.rules.filter(
      ({ text }) => !isMislisted(text.replace(/:tcp dport map \{[^}]*\}/, '')),
    ),
  });
  return tables.map((table) => ({
    ...table,
    chains: new Map([...table.chains].map(([name, chain]) => [name, kept(chain)])),
    baseChains: table.baseChains.map(kept),
  }));
}

const RULESETS: readonly (readonly [string, string])[] = [
  ['every form of rule', rulesetText()],
  ['every expression of the cases', rulesetOf(Object.keys(PLACES) as Place[])],
  ['every statement of the cases', statementRuleset()],
  ['objects, sets and maps', DECLARED_FORMS],
];

describe.skipIf(missing !== null)(`nft's own words${missing ? ` (${missing})` : ''}`, () => {
  let namespaces: Namespaces;
  beforeAll(() => {
    namespaces = makeNamespaces(['forms', 'recorded'], 91);
    namespaces.run('forms', ['ip', 'link', 'add', 'd0', 'type', 'veth', 'peer', 'name', 'd1']);
  });
  afterAll(() => namespaces?.dispose());

  test.each(RULESETS)('%s', (_name, ruleset) => {
    namespaces.run('forms', ['nft', '-f', '-'], `flush ruleset\n${ruleset}`);
    const { listed, ofJson, ofText, ofPlain } = readBoth(namespaces, 'forms');
    expect(listed.size).toBeGreaterThan(40);
    const printed = [...listed].filter(([, text]) => !isMislisted(text));
    const keys = new Set(printed.map(([key]) => key));
    // print(parse(x)) is x, of both forms.
    expect([...textsOf(ofJson)].filter(([key]) => keys.has(key)).sort()).toEqual(printed.sort());
    expect([...textsOf(ofText)].filter(([key]) => keys.has(key)).sort()).toEqual(printed.sort());
    expect(comparable(withoutMislisted(ofText))).toEqual(comparable(withoutMislisted(ofJson)));
    // Without handles and counters the rules are the same, in the same chains.
    const texts = (tables: readonly NftTable[]) => [...textsOf(tables).values()].sort();
    expect(texts(ofPlain)).toEqual(texts(ofText));
  });

  test.each([
    'nftables-1.36.3-clustercidr',
    'nftables-1.30.3-clustercidr',
    'nftables-1.36.3-masqall',
  ])('the recorded rules of %s', (folder) => {
    const file = join(RECORDED, folder, 'nodes/n1/nft-ruleset.json');
    namespaces.run('recorded', ['nft', 'flush', 'ruleset']);
    namespaces.run(
      'recorded',
      ['sh', '-c', 'cat | nft -j -f -'],
      loadable(readFileSync(file, 'utf8')),
    );
    const { listed, ofJson, ofText } = readBoth(namespaces, 'recorded');
    expect(listed.size).toBeGreaterThan(100);
    expect([...textsOf(ofJson)].sort()).toEqual([...listed].sort());
    expect(comparable(ofText)).toEqual(comparable(ofJson));
  });
});
