import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { XtRule } from '../../src/kernel/netfilter/xtables/rule.ts';
import { parseIpsetSave } from '../../src/snapshot/ipset-save.ts';
import type { ParseScope } from '../../src/snapshot/iptables-save/grammar.ts';
import { parseIptablesSave } from '../../src/snapshot/iptables-save/parse.ts';
import { parseRuleParts } from '../../src/snapshot/iptables-save/parse-parts.ts';
import { parseRuleLine } from '../../src/snapshot/iptables-save/parse-rule.ts';
import { printRule } from '../../src/snapshot/iptables-save/print.ts';
import { ALL_MATCH_FORMS, MODELLED_FORMS } from './forms.ts';
import { HEADER_FORMS } from './header-forms.ts';
import type { OptionForm } from './option-form.ts';
import { meaningOf, readRule } from './read-rule.ts';
import { UNSUPPORTED_FORMS } from './unsupported-forms.ts';

const textOf = ({ rule, saved = rule }: OptionForm): string => saved;
const of4 = (forms: readonly OptionForm[]): readonly string[] =>
  forms.filter(({ family }) => family === 4).map(textOf);

/** A header option with a random value. */
const address = fc
  .tuple(fc.nat(0xffffffff), fc.nat(32), fc.boolean(), fc.constantFrom('-s', '-d'))
  .map(([bits, length, negated, option]) => {
    const octets = [24, 16, 8, 0].map((shift) => (bits >>> shift) & 255);
    return `${negated ? '! ' : ''}${option} ${octets.join('.')}/${length}`;
  });

const port = fc.nat(65535);
const ports = fc
  .tuple(port, port, fc.boolean(), fc.constantFrom('--sport', '--dport'))
  .map(([a, b, negated, option]) => {
    return `${negated ? '! ' : ''}${option} ${Math.min(a, b)}:${Math.max(a, b)}`;
  });

const comment = fc
  .string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 40 })
  .map((text) => `-m comment --comment "${text.replace(/["\\]/g, '\\$&')}"`);

const mark = fc
  .tuple(fc.nat(0xffffffff), fc.nat(0xffffffff), fc.boolean())
  .map(
    ([value, mask, negated]) =>
      `-m mark ${negated ? '! ' : ''}--mark 0x${value.toString(16)}/0x${mask.toString(16)}`,
  );

/** At most one part names a protocol: a rule has one. */
const rules = fc
  .tuple(
    fc.option(address, { nil: '' }),
    fc.oneof(
      fc.constantFrom(...of4(HEADER_FORMS), ...of4(ALL_MATCH_FORMS), ...of4(UNSUPPORTED_FORMS)),
      ports.map((option) => `-p tcp -m tcp ${option}`),
      ports.map((option) => `-p udp -m udp ${option}`),
    ),
    fc.array(fc.oneof(mark, comment, fc.constantFrom(...of4(ALL_MATCH_FORMS).filter(hasNoHeader)))),
    fc.constantFrom(
      '',
      '-j ACCEPT',
      '-j c1',
      '-g c1',
      ...of4(MODELLED_FORMS).filter((text) => text.startsWith('-j ')),
    ),
  )
  .map((parts) =>
    parts
      .flat()
      .filter((part) => part !== '')
      .join(' '),
  );

function hasNoHeader(text: string): boolean {
  return /^-[mjg] /.test(text);
}

function printed(rule: XtRule): string {
  return printRule(rule, 'r').slice('-A r'.length).trim();
}

test('a rule that was printed and read again is the same rule, and is printed alike', () => {
  fc.assert(
    fc.property(rules, (text) => {
      const { rule, issues } = readRule(text);
      const again = readRule(printed(rule));
      expect(again.issues.map(({ code }) => code)).toEqual(issues.map(({ code }) => code));
      expect(meaningOf(again.rule)).toEqual(meaningOf(rule));
      expect(printed(again.rule)).toBe(printed(rule));
    }),
    { numRuns: 1000 },
  );
});

const WORDS = [
  '*filter',
  ':INPUT',
  'ACCEPT',
  '-A',
  '!',
  '"',
  '\\',
  '-m',
  'tcp',
  '--dport',
  '-j',
  '[1:2]',
  'COMMIT',
  'create',
  'add',
  'hash:ip',
];

test('no text makes a parser throw', () => {
  const text = fc
    .array(
      fc.oneof(fc.constantFrom(...WORDS, '\n', ' '), fc.string({ unit: 'binary', maxLength: 5 })),
    )
    .map((words) => words.join(' '));
  const options = fc
    .array(fc.oneof(rules, fc.constantFrom(...WORDS)))
    .map((parts) => parts.join(' '));
  fc.assert(
    fc.property(
      fc.oneof(
        text,
        options.map((line) => `*filter\n-A INPUT ${line}\nCOMMIT\n`),
      ),
      (input) => {
        parseIptablesSave(input, 'f', { family: 4, backend: 'unspecified' });
        parseIpsetSave(input, 'f');
      },
    ),
    { numRuns: 1000 },
  );
});

test('reading a rule by its parts gives what reading it as a whole does', () => {
  const words = fc.constantFrom(
    ...WORDS,
    '-m mark',
    '-j DROP',
    '-s 10.0.0.1',
    '! --dport 5',
    '-p udp',
  );
  const parts = fc.array(fc.oneof(rules, words), { maxLength: 4 });
  const scope = (): ParseScope => ({ family: 4, parts: new Map() });
  const shared = scope();
  fc.assert(
    fc.property(parts, (chosen) => {
      const line = `-A r ${chosen.join(' ')}`.trim();
      expect(parseRuleParts(line, 0, shared)).toEqual(parseRuleLine(line, 0, scope()));
    }),
    { numRuns: 2000 },
  );
});
