import { describe, expect, test } from 'vitest';
import { matchSupport } from '../../src/kernel/netfilter/xtables/match/registry.ts';
import type { XtRule } from '../../src/kernel/netfilter/xtables/rule.ts';
import { MATCH_GRAMMARS } from '../../src/snapshot/iptables-save/match/registry.ts';
import { printRule } from '../../src/snapshot/iptables-save/print.ts';
import { TARGET_GRAMMARS } from '../../src/snapshot/iptables-save/target/registry.ts';
import { MODELLED_FORMS } from './forms.ts';
import type { OptionForm } from './option-form.ts';
import { meaningOf, readRule } from './read-rule.ts';
import { ABSENT_FORMS, UNSUPPORTED_FORMS } from './unsupported-forms.ts';

const MODELLED = [...MODELLED_FORMS, ...ABSENT_FORMS];

/** What the kernel's own tool wrote, by both backends. */
function savedForms({ rule, saved = rule, savedByNft = saved }: OptionForm): readonly string[] {
  return saved === savedByNft ? [saved] : [saved, savedByNft];
}

const SAVED = MODELLED.flatMap((form) =>
  savedForms(form).map((text): readonly [string, OptionForm] => [text, form]),
);

function names(rule: XtRule): readonly string[] {
  return [...rule.matches, rule.target].flatMap((part) =>
    part.kind === 'unsupported' ? [part.name] : [],
  );
}

test.each(SAVED)('reads and prints what iptables saved: %s', (text, form) => {
  const { rule, issues } = readRule(text, form);
  expect(issues).toEqual([]);
  expect(names(rule)).toEqual([]);
  expect(printRule(rule, 'r')).toBe(`-A r ${text}`.trim());
});

/** The options of these are kept as they were written: nothing of them changes the packet's way. */
const KEPT_AS_TEXT =
  /-m (?:time|hashlimit|rateest|policy) |-j (?:NFLOG|RATEEST|SYNPROXY|CLASSIFY) /;
/** Rules that iptables saves with less than they say, or with other words than it reads. */
const SHORTENED = ['-p tcp --sport 0:65535', '-m ah --ahspi 0:0xffffffff', '-p ipcomp -m ipcomp'];

const WRITTEN = MODELLED.filter(
  ({ rule, saved }) => saved !== undefined && !KEPT_AS_TEXT.test(rule) && !SHORTENED.includes(rule),
);

test.each(WRITTEN.map((form) => [form.rule, form] as const))(
  'a rule written by hand means what iptables made of it: %s',
  (text, form) => {
    const written = readRule(text, form);
    const saved = readRule(form.saved ?? text, form);
    expect(written.issues).toEqual([]);
    expect(meaningOf(written.rule)).toEqual(meaningOf(saved.rule));
  },
);

describe('what is not modelled', () => {
  test.each(UNSUPPORTED_FORMS.map((form) => [form.saved ?? form.rule, form] as const))(
    'is named and kept as it was: %s',
    (text, form) => {
      const { rule } = readRule(text, form);
      const unsupported = rule.matches.filter((match) => match.kind === 'unsupported');
      expect(unsupported).toMatchObject([{ known: true }]);
      expect(unsupported.map(matchSupport)).toEqual(['unsupported']);
      expect(printRule(rule, 'r')).toBe(`-A r ${text}`.trim());
    },
  );
});

/** Each extension's options by `-m name` or `-j name`. */
function optionsOf(
  prefix: string,
  entries: ReadonlyMap<string, { readonly options: ReadonlyMap<string, number> }>,
): readonly string[] {
  return [...entries].flatMap(([name, { options }]) =>
    [...options.keys()].map((option) => `${prefix} ${name} ${option}`),
  );
}

test('every option that is read has a row, so none is read untested', () => {
  const texts = MODELLED.flatMap((form) => [form.rule, ...savedForms(form)]);
  const untested = [...optionsOf('-m', MATCH_GRAMMARS), ...optionsOf('-j', TARGET_GRAMMARS)].filter(
    (use) => {
      const [flag, name, option] = use.split(' ');
      return !texts.some(
        (text) => `${text} `.includes(`${flag} ${name} `) && `${text} `.includes(` ${option} `),
      );
    },
  );
  expect(untested).toEqual([]);
});
