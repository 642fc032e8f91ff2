import { describe, expect, test } from 'vitest';
import {
  type Expression,
  expressionSupport,
  operandsOf,
} from '../../src/kernel/netfilter/nft/expression/expression.ts';
import {
  type Statement,
  statementSupport,
} from '../../src/kernel/netfilter/nft/statement/statement.ts';
import type { NftTable } from '../../src/kernel/netfilter/nft/table.ts';
import { parseIptablesSave } from '../../src/snapshot/iptables-save/parse.ts';
import { selectNative } from '../../src/snapshot/nft-json/native-tables.ts';
import { parseNftRuleset } from '../../src/snapshot/nft-json/parse.ts';
import { FOLDERS, readFolder } from '../snapshot/read-folder.ts';

/** Every `nft -j list ruleset` that was recorded, with the iptables saves beside it. */
const LISTINGS = FOLDERS.flatMap((folder) => {
  const files = readFolder(folder);
  return [...files]
    .filter(([path]) => path.endsWith('nft-ruleset.json'))
    .map(([path, text]) => ({ name: `${folder}/${path}`, text, saves: savesBeside(files, path) }));
});

function savesBeside(files: ReadonlyMap<string, string>, path: string) {
  const place = path.replace('nft-ruleset.json', '');
  const read = (tool: string, family: 4 | 6) => {
    const text = files.get(`${place}${tool}-save.txt`);
    return text === undefined
      ? []
      : parseIptablesSave(text, tool, { family, backend: 'nft' }).value;
  };
  return [...read('iptables', 4), ...read('ip6tables', 6)];
}

function expressionsOf(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case 'match':
      return [statement.left];
    case 'vmap':
    case 'set-update':
      return [statement.key];
    case 'mangle':
      return [statement.value];
    case 'nat':
      return [statement.address, statement.port].filter((part) => part !== null);
    default:
      return [];
  }
}

/** What a table holds that is not modelled, by name. */
function unsupportedIn(table: NftTable): readonly string[] {
  const found: string[] = [];
  const look = (expression: Expression): void => {
    const support = expressionSupport(expression);
    if (support === 'unsupported' || support === 'unknown') found.push(`${expression.kind}`);
    operandsOf(expression).forEach(look);
  };
  for (const { rules } of table.chains.values()) {
    for (const { statements, text } of rules) {
      for (const statement of statements) {
        const support = statementSupport(statement);
        if (support === 'unsupported' || support === 'unknown') found.push(text);
        expressionsOf(statement).forEach(look);
      }
    }
  }
  return found;
}

test('there are listings to read', () => {
  expect(LISTINGS.length).toBeGreaterThan(30);
});

describe.each(LISTINGS)('$name', ({ text, saves }) => {
  const { value: tables, issues } = parseNftRuleset(text, 'nft-ruleset.json');
  const native = selectNative(tables, saves);

  test('is read without an issue, and every construct of its own tables is modelled', () => {
    expect(issues).toEqual([]);
    expect(native.tables.flatMap(unsupportedIn)).toEqual([]);
  });

  test('leaves to iptables-nft-save what iptables-nft made, and nothing else', () => {
    expect({ partial: native.partial, unsupported: native.unsupported }).toEqual({
      partial: false,
      unsupported: [],
    });
    const left = tables.filter((table) => !native.tables.includes(table));
    const saved = saves.map(({ family, name }) => `${family === 6 ? 'ip6' : 'ip'} ${name}`);
    expect(left.map(({ family, name }) => `${family} ${name}`).sort()).toEqual(saved.sort());
  });

  test('without that save its tables are named, and the rules are partial', () => {
    const alone = selectNative(tables, undefined);
    const opaque = tables.filter(({ unsupported }) => unsupported !== null);
    expect(alone.unsupported.map(({ what }) => what)).toEqual(
      opaque.map(({ family, name }) => `nft table ${family} ${name}: rules of iptables-nft`),
    );
    expect(alone.partial).toBe(opaque.length > 0);
  });
});

test('the chains of kube-proxy in nftables mode are attached where it attaches them', () => {
  const listing = LISTINGS.find(({ name }) => name.startsWith('nftables-1.36.3-clustercidr/'));
  const { value } = parseNftRuleset(listing?.text ?? '', 'f');
  const table = value.find(({ family, name }) => family === 'ip' && name === 'kube-proxy');
  expect(
    table?.baseChains.map(
      ({ name, type, hook, priority, policy }) => `${name} ${type} ${hook} ${priority} ${policy}`,
    ),
  ).toMatchInlineSnapshot(`
    [
      "filter-prerouting-pre-dnat filter prerouting -110 accept",
      "filter-output-pre-dnat filter output -110 accept",
      "filter-input filter input 0 accept",
      "filter-forward filter forward 0 accept",
      "filter-output filter output 0 accept",
      "nat-prerouting nat prerouting -100 accept",
      "nat-output nat output -100 accept",
      "nat-postrouting nat postrouting 100 accept",
    ]
  `);
  expect([...(table?.sets.keys() ?? [])].sort()).toMatchInlineSnapshot(`
    [
      "affinity-J5LVGR2K-prod/sticky/tcp/__10.244.1.18/8080",
      "affinity-VIJ6QV63-prod/sticky/tcp/__10.244.2.18/8080",
      "cluster-ips",
      "firewall-ips",
      "hairpin-connections",
      "no-endpoint-nodeports",
      "no-endpoint-services",
      "nodeport-ips",
      "service-ips",
      "service-nodeports",
    ]
  `);
});
