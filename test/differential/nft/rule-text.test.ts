import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseNftRuleset } from '../../../src/snapshot/nft-json/parse.ts';
import { RECORDED } from '../../snapshot/read-folder.ts';
import { labMissing, makeNamespaces, type Namespaces } from '../paths/namespaces.ts';
import { listedRules } from './listed-rules.ts';
import { DECLARATIONS, FORM_CHAINS } from './rule-forms.ts';

/** The text of every rule read from JSON is the line that nft itself lists for it. */
const missing = labMissing(['ip', 'nft']);

/** Rules that the model does not support: their text is the JSON. */
const UNSUPPORTED: readonly (readonly [string, RegExp])[] = [
  ['ct zone set 5', /^\{"mangle":/],
  ['rt classid 5', /^\{"rt":/],
  ['socket transparent 1', /^\{"socket":/],
  ['osf name "Linux"', /^\{"osf":/],
  ['exthdr hbh exists', /^\{"exthdr":/],
  ['ip option ra exists', /^\{"ip option":/],
  ['@nh,96,32 0x1020304', /^\{"payload":/],
  ['update @m4 { ip saddr : tcp dport }', /^update @m4 \{ ip saddr : tcp dport \}$/],
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

/** Rules of all tables: as the parser tells them, and as nft does. */
function compare(namespaces: Namespaces, name: string) {
  const json = namespaces.run(name, ['nft', '-j', 'list', 'ruleset']);
  const listed = listedRules(namespaces.run(name, ['nft', '-a', 'list', 'ruleset']));
  const { value, issues } = parseNftRuleset(json, 'nft-ruleset.json');
  expect(issues.filter(({ severity }) => severity === 'error')).toEqual([]);
  const read = new Map(
    value.flatMap((table) =>
      [...table.chains.values()].flatMap((chain) =>
        chain.rules.map(
          (rule) =>
            [`${table.family} ${table.name} ${chain.name} ${rule.handle}`, rule.text] as const,
        ),
      ),
    ),
  );
  return { read, listed };
}

describe.skipIf(missing !== null)(`nft's own words${missing ? ` (${missing})` : ''}`, () => {
  let namespaces: Namespaces;
  beforeAll(() => {
    namespaces = makeNamespaces(['forms', 'others', 'recorded'], 91);
  });
  afterAll(() => namespaces?.dispose());

  test('every form of rule', () => {
    namespaces.run('forms', ['nft', '-f', '-'], rulesetText());
    const { read, listed } = compare(namespaces, 'forms');
    expect(listed.size).toBe(FORM_CHAINS.flatMap(({ rules }) => rules).length);
    expect([...read]).toEqual([...listed]);
  });

  test.each(UNSUPPORTED)('%s, which is not supported, is its JSON', (rule, expected) => {
    const declared = DECLARATIONS['ip t']?.find((line) => line.startsWith('map m4')) ?? '';
    const chain = `chain c { type filter hook prerouting priority -300; ${rule}; }`;
    const family = rule.startsWith('exthdr') ? 'ip6' : rule.startsWith('@nh') ? 'inet' : 'ip';
    const text = `flush ruleset\ntable ${family} t {\n${declared}\n${chain}\n}\n`;
    namespaces.run('others', ['nft', '-f', '-'], text);
    const { read, listed } = compare(namespaces, 'others');
    expect([...listed.values()]).toEqual([rule]);
    expect([...read.values()][0]).toMatch(expected);
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
    const { read, listed } = compare(namespaces, 'recorded');
    expect(listed.size).toBeGreaterThan(100);
    expect([...read].sort()).toEqual([...listed].sort());
  });
});
