import { expect, test } from 'vitest';
import { matchSupport } from '../../src/kernel/netfilter/xtables/match/registry.ts';
import type { XtTable } from '../../src/kernel/netfilter/xtables/table.ts';
import { targetSupport } from '../../src/kernel/netfilter/xtables/target/registry.ts';
import { parseIptablesSave } from '../../src/snapshot/iptables-save/parse.ts';
import { printIptablesSave } from '../../src/snapshot/iptables-save/print.ts';
import { recordedSaves, withoutComments } from './recorded-saves.ts';

const SAVES = recordedSaves();

function constructs(tables: readonly XtTable[]): readonly string[] {
  return tables.flatMap(({ chains }) =>
    [...chains.values()].flatMap(({ rules }) =>
      rules.flatMap(({ matches, target }) => [
        ...matches.map((match) => `${match.kind} ${matchSupport(match)}`),
        `${target.kind} ${targetSupport(target)}`,
      ]),
    ),
  );
}

test('the recordings hold saves of both families and many rules', () => {
  const count = (family: 4 | 6): number => SAVES.filter((save) => save.family === family).length;
  expect(count(4)).toBeGreaterThan(20);
  expect(count(6)).toBeGreaterThan(5);
});

test.each(SAVES.map((save) => [save.file, save] as const))(
  'reads everything of %s and prints it again',
  (file, { text, family }) => {
    const { value, issues } = parseIptablesSave(text, file, { family, backend: 'unspecified' });
    expect(issues).toEqual([]);
    const unsupported = constructs(value).filter((c) => /unsupported|unknown/.test(c));
    expect(unsupported).toEqual([]);
    expect(printIptablesSave(value)).toBe(withoutComments(text));
  },
);
