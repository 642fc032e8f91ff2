import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseNftRuleset } from '../../src/snapshot/nft-json/parse.ts';
import { RECORDED } from '../snapshot/read-folder.ts';
import { listingText } from './evaluate.ts';
import { DPORT, DROP, match, SADDR } from './json-forms.ts';

const codes = (text: string): readonly string[] =>
  parseNftRuleset(text, 'nft.json').issues.map(
    ({ code, severity, source }) => `${severity} ${code} ${source.line}`,
  );

const table = { table: { family: 'ip', name: 't', handle: 1 } };
const chain = (more: object) => ({
  chain: { family: 'ip', table: 't', name: 'c', handle: 1, ...more },
});
const rule = { rule: { family: 'ip', table: 't', chain: 'c', handle: 2, expr: [DROP] } };
const base = { type: 'filter', hook: 'input', prio: 0, policy: 'accept' };
const listing = (...objects: readonly unknown[]): string =>
  `{"nftables":[\n${objects.map((object) => JSON.stringify(object)).join(',\n')}\n]}`;

describe('what is wrong is named with its line', () => {
  test.each([
    ['nothing', '', ['error not-nft-json 1']],
    [
      'the listing in nft words',
      'table ip t {\n}\n',
      ['warning unexpected-text 1', 'error not-nft-json 1'],
    ],
    [
      'JSON of another tool',
      '[{"ifname":"lo"}]',
      ['error unexpected-object 1', 'error not-nft-json 1'],
    ],
    ['an empty ruleset', '{"nftables": []}', []],
    ['only the version', listing({ metainfo: { version: '1.0.6' } }), []],
    [
      'a warning before the listing',
      `# Warning: table ip filter is managed by iptables-nft\n${listing(table)}`,
      ['warning unexpected-text 1'],
    ],
    [
      'a table of no family',
      listing({ table: { family: 'ipx', name: 't' } }),
      ['error unexpected-object 2', 'error not-nft-json 1'],
    ],
    [
      'a chain whose table is not listed',
      listing(chain(base), rule),
      ['warning table-not-listed 2'],
    ],
    ['a rule whose chain is not listed', listing(table, rule), ['error chain-not-listed 3']],
    [
      'a hook that does not exist',
      listing(table, chain({ ...base, hook: 'midrouting' })),
      ['error unreadable-chain 3'],
    ],
    [
      'a policy that does not exist',
      listing(table, chain({ ...base, policy: 'maybe' })),
      ['error unreadable-chain 3'],
    ],
    [
      'an object that nft does not have',
      listing(table, { gadget: { family: 'ip', table: 't' } }),
      ['warning unknown-nft-object 3'],
    ],
    [
      'a set of an unknown type',
      listing(table, { set: { family: 'ip', table: 't', name: 's', type: 'tea' } }),
      ['warning unsupported-set 3'],
    ],
    [
      'a set with an element of another type',
      listing(table, {
        set: { family: 'ip', table: 't', name: 's', type: 'ipv4_addr', elem: ['fd00::1'] },
      }),
      ['warning unsupported-set 3'],
    ],
  ])('%s', (_name, text, expected) => {
    expect(codes(text)).toEqual(expected);
  });
});

/** Statements of rules that must not be read as something wider. */
test.each<readonly [string, unknown, string]>([
  ['a statement that nft does not have', { teleport: { to: 'x' } }, 'unknown teleport'],
  ['a match of an operator that does not exist', match(SADDR, '10.0.0.1', '~'), 'known match'],
  ['a match with an address that is none', match(SADDR, '10.0.0'), 'known match'],
  ['a match with a set that is not declared', match(SADDR, '@nowhere'), 'known match'],
  ['a port that is text', match(DPORT, 'http'), 'known match'],
  ['a jump to nowhere', { jump: {} }, 'known jump'],
  ['a limit without a rate', { limit: { per: 'second' } }, 'known limit'],
  ['a limit that is not declared', { limit: 'l1' }, 'known limit'],
  ['a reject of an unknown code', { reject: { type: 'icmp', expr: 'gone' } }, 'known reject'],
  ['a translation to what is not understood', { dnat: { addr: { teleport: 1 } } }, 'known dnat'],
  [
    'a translation of an unknown family',
    { dnat: { family: 'arp', addr: '1.2.3.4' } },
    'known dnat',
  ],
  ['a match of iptables', { xt: { type: 'match', name: 'set' } }, 'known xt match set'],
  ['a tunnel', { tunnel: 't1' }, 'known tunnel'],
  [
    'a statement that nft has no JSON for',
    'update @m { ip saddr : tcp dport }',
    'known map update',
  ],
  ['a number', 5, 'unknown 5'],
])('%s is named and not left out', (_name, statement, expected) => {
  const xt = JSON.stringify(statement).includes('"xt"');
  const text = listingText({ family: 'inet', rules: [[statement, DROP]] });
  const [read] = parseNftRuleset(text, 'f').value;
  if (xt) {
    expect(read?.unsupported).toBe('rules of iptables-nft');
    return;
  }
  const [first, second] = read?.chains.get('c')?.rules[0]?.statements ?? [];
  const named =
    first?.kind === 'unsupported' ? `${first.known ? 'known' : 'unknown'} ${first.name}` : first;
  expect(named).toBe(expected);
  expect(second?.kind).toBe('verdict');
});

test('a file cut anywhere gives the rules before the cut, an error, and never an exception', () => {
  const file = join(RECORDED, 'nftables-1.36.3-clustercidr/nodes/n1/nft-ruleset.json');
  const text = readFileSync(file, 'utf8').trimEnd();
  const whole = ruleTexts(text);
  expect(whole.length).toBeGreaterThan(100);
  for (let cut = 1; cut < text.length; cut += 997) {
    const piece = text.slice(0, cut);
    const { issues } = parseNftRuleset(piece, 'f');
    expect(
      issues.some(({ severity }) => severity === 'error'),
      `cut at ${cut}`,
    ).toBe(true);
    expect(whole.slice(0, ruleTexts(piece).length)).toEqual(ruleTexts(piece));
  }
});

/** The texts of the rules of all tables, in file order. */
function ruleTexts(text: string): readonly string[] {
  return parseNftRuleset(text, 'f')
    .value.flatMap(({ chains }) => [...chains.values()].flatMap(({ rules }) => rules))
    .map((read) => read.text);
}

test('a damaged rule is named with its line and the others are kept', () => {
  const text = listing(table, chain(base), rule, rule).replace('null}', 'nul}');
  const { value, issues } = parseNftRuleset(text, 'f');
  expect(issues.map(({ code, source }) => `${code} ${source.line}`)).toEqual(['malformed-json 4']);
  expect(value[0]?.chains.get('c')?.rules.map((read) => read.text)).toEqual(['drop']);
});
