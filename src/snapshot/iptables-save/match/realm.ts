import type { RealmMatch } from '../../../kernel/netfilter/xtables/match/realm.ts';
import { find, firstValue, type Grammar, printed } from '../grammar.ts';
import { parseMasked, printMark } from '../numbers.ts';

/** The one name that every node has; others are of its own /etc/iproute2/rt_realms. */
const NONE = 'cosmos';

export const realmGrammar: Grammar<RealmMatch> = {
  extensions: { realm: { '--realm': 1 } },
  negatable: ['--realm'],
  parse({ options }) {
    const option = find(options, '--realm');
    const text = firstValue(option);
    const realm = parseMasked(text === NONE ? '0' : text);
    if (!option || realm === null) return null;
    return { kind: 'realm', negated: option.negated, realm: realm.value, mask: realm.mask };
  },
  print({ negated, realm, mask }) {
    const text = printMark({ value: realm, mask });
    return `realm ${printed(negated, `--realm ${text === '0x0' ? NONE : text}`)}`;
  },
};
