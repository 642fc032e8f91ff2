import type { ConnlabelMatch } from '../../../kernel/netfilter/xtables/match/connlabel.ts';
import { find, firstValue, type Grammar, joined, printed } from '../grammar.ts';
import { parseNumber } from '../numbers.ts';

const MAX_LABEL = 127;

export const connlabelGrammar: Grammar<ConnlabelMatch> = {
  extensions: { connlabel: { '--label': 1, '--set': 0 } },
  negatable: ['--label'],
  parse({ options }) {
    const option = find(options, '--label');
    const text = firstValue(option);
    if (!option || text === '' || text.includes('"')) return null;
    const label = parseNumber(text, MAX_LABEL) ?? text;
    const set = find(options, '--set') !== undefined;
    return { kind: 'connlabel', negated: option.negated, label, set };
  },
  print: ({ negated, label, set }) =>
    joined('connlabel', printed(negated, `--label "${label}"`), set ? '--set' : ''),
};
