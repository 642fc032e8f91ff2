import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseNftListing, parseNftText } from '../../src/snapshot/nft-text/parse.ts';
import { readStatementText } from '../../src/snapshot/nft-text/statement-text.ts';
import { DECLARED_FORMS } from '../differential/nft/declared-forms.ts';
import { RECORDED } from '../snapshot/read-folder.ts';

const LISTING = `table ip t { # handle 3
	set s {
		type ipv4_addr
		flags interval
		elements = { 10.0.0.0/8, 192.168.0.1,
			     172.16.0.1-172.16.0.9 }
	}

	chain c { # handle 7
		type filter hook input priority filter - 5; policy drop;
		ip saddr @s tcp dport { 80, 443 } counter packets 3 bytes 180 accept comment "a # b" # handle 9
		meta l4proto udp jump other # handle 10
	}
}
`;

const texts = (text: string): readonly string[] =>
  parseNftText(text, 'f').value.flatMap(({ chains }) =>
    [...chains.values()].flatMap(({ rules }) => rules.map((rule) => rule.text)),
  );

describe('nft list ruleset', () => {
  test('gives tables, chains, rules and sets with their lines', () => {
    const { value, issues } = parseNftText(LISTING, 'f');
    expect(issues).toEqual([]);
    const [table] = value;
    expect(table).toMatchObject({ family: 'ip', name: 't', handle: 3 });
    expect(table?.baseChains).toMatchObject([
      { name: 'c', handle: 7, type: 'filter', hook: 'input', priority: -5, policy: 'drop' },
    ]);
    expect(table?.chains.get('c')?.rules).toMatchObject([
      {
        handle: 9,
        text: 'ip saddr @s tcp dport { 80, 443 } counter accept',
        comment: 'a # b',
        source: { file: 'f', line: 11 },
      },
      { handle: 10, text: 'meta l4proto udp jump other', comment: null, source: { line: 12 } },
    ]);
    expect(table?.sets.get('s')).toMatchObject({ keyTypes: ['ipv4_addr'], source: { line: 2 } });
  });

  test('shows no handle that the listing did not have', () => {
    const { value } = parseNftText(LISTING.replaceAll(/ # handle \d+/g, ''), 'f');
    const rules = value[0]?.chains.get('c')?.rules ?? [];
    expect(rules.map(({ source }) => source.text)).toEqual(rules.map(({ text }) => text));
    expect(new Set(rules.map(({ handle }) => handle)).size).toBe(2);
  });

  test('is told from JSON by what it is, whatever the file is called', () => {
    expect(parseNftListing(LISTING, 'nft-ruleset.json').value).toHaveLength(1);
    expect(parseNftListing('{"nftables": []}', 'nft-ruleset.txt')).toEqual({
      value: [],
      issues: [],
    });
    expect(parseNftListing('', 'nft-ruleset.txt')).toEqual({ value: [], issues: [] });
  });

  test('of a table of iptables-nft, which nft translates with loss, gives its name', () => {
    const text = `# Warning: table ip t is managed by iptables-nft, do not touch!\n${LISTING}`;
    const [table] = parseNftText(text, 'f').value;
    expect(table).toMatchObject({
      name: 't',
      unsupported: 'rules of iptables-nft',
      baseChains: [],
    });
  });
});

describe('a damaged listing', () => {
  test.each([
    ['a rule that nft does not have', 'tcp dport 80 teleport to 5', 'teleport to 5'],
    ['a set that is not closed', 'tcp dport { 80, accept', 'tcp dport { 80, accept'],
    ['a word that ends too early', 'ip saddr', 'ip saddr'],
  ])('%s is named and not left out', (_name, rule, named) => {
    const text = `table ip t {\n\tchain c {\n\t\t${rule}\n\t\tdrop\n\t}\n}\n`;
    const { value } = parseNftText(text, 'f');
    const [first] = value[0]?.chains.get('c')?.rules ?? [];
    const last = first?.statements.at(-1);
    expect(last?.kind).toBe('unsupported');
    expect(last?.kind === 'unsupported' && last.text.startsWith(named)).toBe(true);
  });

  test.each([
    [
      'a line that is none',
      'table ip t {\n\tnonsense here\n\tchain c {\n\t\tdrop\n\t}\n}\n',
      'unexpected-line 2',
    ],
    [
      'a priority that does not exist',
      'table ip t {\n\tchain c {\n\t\ttype filter hook input priority never;\n\t}\n}\n',
      'unexpected-line 3',
    ],
    ['an end inside of a chain', 'table ip t {\n\tchain c {\n\t\tdrop\n', 'truncated 3'],
    ['something else', 'hello there\n', 'unexpected-line 1'],
  ])('%s is an issue with its line', (_name, text, expected) => {
    const { issues } = parseNftText(text, 'f');
    expect(issues.map(({ code, source }) => `${code} ${source.line}`)).toContain(expected);
  });

  test('cut anywhere gives the rules before the cut, and never an exception', () => {
    const whole = texts(LISTING);
    for (let cut = 1; cut < LISTING.length; cut++) {
      const piece = LISTING.slice(0, cut);
      const { issues } = parseNftText(piece, 'f');
      const isWhole = /\n}\n?$/.test(piece) || cut < 2;
      if (!isWhole) expect(issues.length, `cut at ${cut}`).toBeGreaterThan(0);
      const complete = texts(piece).slice(0, -1);
      expect(whole.slice(0, complete.length)).toEqual(complete);
    }
  });

  test('is read whatever was written into it', () => {
    const marks = ['{', '}', '"', '\n', '#', ';', ',', ' : ', ' . ', '(', '@', '\\', '/'];
    for (let at = 0; at < DECLARED_FORMS.length; at += 37) {
      const mark = marks[(at / 37) % marks.length] ?? '';
      const damaged = `${DECLARED_FORMS.slice(0, at)}${mark}${DECLARED_FORMS.slice(at + 1)}`;
      expect(() => parseNftText(damaged, 'f')).not.toThrow();
    }
  });

  test('of JSON that is read as text is refused', () => {
    const file = join(RECORDED, 'nftables-1.36.3-clustercidr/nodes/n1/nft-ruleset.json');
    const { value, issues } = parseNftText(readFileSync(file, 'utf8'), 'f');
    expect(value).toEqual([]);
    expect(issues.length).toBeGreaterThan(0);
  });
});

test('a statement that nft lists as text is read, or null', () => {
  expect(readStatementText('update @m { ip saddr : tcp dport }')).toEqual({
    map: {
      op: 'update',
      elem: { payload: { protocol: 'ip', field: 'saddr' } },
      data: { payload: { protocol: 'tcp', field: 'dport' } },
      map: '@m',
    },
  });
  expect(readStatementText('update @m { ip saddr : ')).toBeNull();
  expect(readStatementText('')).toBeNull();
});

test('a set of typeof has the types that its expression has, in both forms', () => {
  const typeOf = (expression: unknown) => ({
    set: { family: 'ip', table: 't', name: 's', handle: 2, type: { typeof: expression } },
  });
  const json = JSON.stringify({
    nftables: [
      { table: { family: 'ip', name: 't', handle: 1 } },
      typeOf({
        concat: [
          { payload: { protocol: 'ip', field: 'saddr' } },
          { payload: { protocol: 'tcp', field: 'dport' } },
        ],
      }),
    ],
  });
  const text = 'table ip t {\n\tset s {\n\t\ttypeof ip saddr . tcp dport\n\t}\n}\n';
  for (const listing of [json, text]) {
    const { value, issues } = parseNftListing(listing, 'f');
    expect(issues).toEqual([]);
    expect(value[0]?.sets.get('s')?.keyTypes).toEqual(['ipv4_addr', 'inet_service']);
  }
});
