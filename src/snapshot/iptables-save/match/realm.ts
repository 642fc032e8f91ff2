import type { RealmMatch } from '../../../kernel/netfilter/xtables/match/realm.ts';
import { find, firstValue, type Grammar, printed } from '../grammar.ts';
import { parseMasked, printMark } from '../numbers.ts';

export const realmGrammar: Grammar<RealmMatch> = {
  extensions: { realm: { '--realm': 1 } },
  negatable: ['--realm'],
  parse({ options }) {
    const option = find(options, '--realm');
    const realm = parseMasked(firstValue(option));
    if (!option || realm === null) return null;
    return { kind: 'realm', negated: option.negated, realm: realm.value, mask: realm.mask };
  },
  print: ({ negated, realm, mask }) =>
    `realm ${printed(negated, `--realm ${printMark({ value: realm, mask })}`)}`,
};
