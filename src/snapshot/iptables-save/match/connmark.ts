import type { ConnmarkMatch } from '../../../kernel/netfilter/xtables/match/connmark.ts';
import { find, firstValue, type Grammar, printed } from '../grammar.ts';
import { parseMasked, printMark } from '../numbers.ts';

export const connmarkGrammar: Grammar<ConnmarkMatch> = {
  extensions: { connmark: { '--mark': 1 } },
  negatable: ['--mark'],
  parse({ options }) {
    const option = find(options, '--mark');
    const mark = parseMasked(firstValue(option));
    return option && mark ? { kind: 'connmark', negated: option.negated, ...mark } : null;
  },
  print: (match) => `connmark ${printed(match.negated, `--mark ${printMark(match)}`)}`,
};
