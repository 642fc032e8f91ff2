import { describe, expect, test } from 'vitest';
import { parseIptablesSave } from '../../src/snapshot/iptables-save/parse.ts';
import { readRule } from './read-rule.ts';

function parse(text: string) {
  return parseIptablesSave(text, 'f', { family: 4, backend: 'unspecified' });
}

const codes = (text: string): readonly string[] => parse(text).issues.map(({ code }) => code);

const filter = (...lines: readonly string[]): string =>
  ['*filter', ':INPUT ACCEPT [0:0]', ...lines, 'COMMIT', ''].join('\n');

describe('a rule that cannot be read says so and matches nothing for certain', () => {
  test.each([
    ['an unknown match', '-m frob --frob 1 -j ACCEPT', 'unknown-match', 'frob'],
    ['an option of no match', '--frob 1 -j ACCEPT', 'unknown-option', '--frob 1'],
    ['a port that is none', '-p tcp -m tcp --dport 99999', 'unreadable-match', '--dport 99999'],
    ['a port range that is none', '-p tcp -m tcp --dport 1:2:3', 'unreadable-match', '1:2:3'],
    ['a missing argument', '-p tcp -m tcp --dport', 'unreadable-match', '--dport'],
    ['a repeated option', '-m mark --mark 1 --mark 2', 'unreadable-match', '--mark 2'],
    ['a negation the match has not', '-m comment ! --comment x', 'unreadable-match', 'comment'],
    ['an option of another match', '-m mark --dport 80', 'unreadable-match', '--dport 80'],
    ['an address that is none', '-s 10.0.0.300', 'unknown-option', '-s 10.0.0.300'],
    ['a mask that is none', '-s 10.0.0.0/33', 'unknown-option', '-s 10.0.0.0/33'],
    ['an address of the other family', '-s fd00::1', 'unknown-option', '-s fd00::1'],
    ['an unknown protocol', '-p frob', 'unknown-option', '-p frob'],
    ['an unknown state', '-m conntrack --ctstate OLD', 'unreadable-match', 'OLD'],
    ['an open quote', '-m comment --comment "x', 'unterminated-quote', 'r'],
    ['a match without its name', '-j ACCEPT -m', 'unknown-option', '-m'],
    ['two targets', '-j ACCEPT -j DROP', 'unknown-option', '-j DROP'],
  ])('%s', (_, options, code, detail) => {
    const { rule, issues } = readRule(options);
    expect(issues.map((issue) => issue.code)).toEqual([code]);
    expect(issues[0]?.detail).toContain(detail);
    expect(rule.matches.some(({ kind }) => kind === 'unsupported')).toBe(true);
  });
});

describe('a target that cannot be read is none that is known', () => {
  test.each([
    ['an unknown target with options', '-j FROB --frob 1', 'unknown-target', 'FROB'],
    ['a broken address', '-j DNAT --to-destination 10.0.0.300', 'unreadable-target', 'DNAT'],
    ['an unknown way to reject', '-j REJECT --reject-with frob', 'unreadable-target', 'REJECT'],
    ['a mark that is none', '-j MARK --set-mark frob', 'unreadable-target', 'MARK'],
  ])('%s', (_, options, code, name) => {
    const { rule, issues } = readRule(options);
    expect(issues.map((issue) => issue.code)).toEqual([code]);
    expect(rule.target).toMatchObject({ kind: 'unsupported', name });
  });

  test('a chain that is not there is told once', () => {
    expect(codes(filter('-A INPUT -j GONE', '-A INPUT -j GONE'))).toEqual(['undeclared-chain']);
  });
});

describe('a file that is damaged', () => {
  const whole = filter('-A INPUT -s 10.0.0.1/32 -j ACCEPT', '-A INPUT -j DROP');

  test.each(Array.from({ length: whole.length - 1 }, (_, i) => i))(
    'cut after %i characters it says so, and throws nothing',
    (length) => {
      const cut = whole.slice(0, length);
      const { value, issues } = parse(cut);
      const started = cut.length > 0;
      // A last line that lost only its newline has lost nothing.
      const complete = length >= whole.length - 1;
      expect(issues.some(({ severity }) => severity !== 'info')).toBe(started && !complete);
      for (const table of value) {
        const rules = [...table.chains.values()].flatMap((chain) => chain.rules);
        const last = rules.at(-1);
        const isLast = last && cut.split('\n').at(-1) === last.text;
        if (isLast) expect(last.matches.at(-1)?.kind).toBe('unsupported');
        expect([...table.chains.values()].every((chain) => chain.cut || rules.length === 2)).toBe(
          true,
        );
      }
    },
  );

  test.each([
    [
      'an unknown table is an error, and its rules are left out',
      whole.replace('filter', 'frob'),
      'unknown-table',
    ],
    ['rules before a table are an error', '-A INPUT -j ACCEPT\n', 'rules-without-table'],
    ['a repeated table is a warning', whole + whole, 'repeated-table'],
    [
      'a chain of an unknown policy is a line not read',
      filter(':FORWARD FROB [0:0]'),
      'unknown-line',
    ],
    ['a rule without a chain is a line not read', filter('-A'), 'unknown-line'],
    [
      'counters that are none are a line not read',
      filter('[x:0] -A INPUT -j DROP'),
      'unknown-line',
    ],
    [
      'what nft printed is an error',
      'table ip filter {\n\tchain INPUT {\n\t}\n}\n',
      'not-iptables-save',
    ],
    ['what ipset printed is an error', 'create a hash:ip\n', 'not-iptables-save'],
    ['JSON is an error', '{"nftables": []}\n', 'not-iptables-save'],
    ['a shell error is an error', 'sh: iptables-save: not found\n', 'not-iptables-save'],
    [
      'what iptables -L printed is an error',
      'Chain INPUT (policy ACCEPT)\ntarget prot opt source destination\n',
      'not-iptables-save',
    ],
  ])('%s', (_, text, code) => {
    expect(codes(text)).toContain(code);
  });

  test('an empty file and one of "# no tables" are no tables, without an issue', () => {
    expect(parse('')).toEqual({ value: [], issues: [] });
    expect(parse('# no tables\n')).toEqual({ value: [], issues: [] });
  });

  test('carriage returns and blanks change nothing', () => {
    const strange = whole.replaceAll('\n', '  \r\n');
    expect(parse(strange).issues).toEqual([]);
    const rulesOf = (text: string) => parse(text).value[0]?.chains.get('INPUT')?.rules;
    expect(rulesOf(strange)).toEqual(rulesOf(whole));
  });

  test('garbage does not make as many issues as it has lines', () => {
    expect(parse(filter(...Array.from({ length: 5000 }, () => 'frob'))).issues).toHaveLength(21);
  });

  test('a line of a hundred thousand options is read at all: a quadratic walk would not come to an end', () => {
    const { rule } = readRule(
      `-m comment --comment "${'x'.repeat(1_000_000)}"${' ! -s 1.1.1.1'.repeat(100_000)}`,
    );
    expect(rule.text.length).toBeGreaterThan(2_000_000);
  });
});
