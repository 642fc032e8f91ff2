import type { MarkMatch } from '../../../kernel/netfilter/xtables/match/mark.ts';
import { find, firstValue, type Grammar, printed } from '../grammar.ts';
import { parseMasked, printMark } from '../numbers.ts';

export const markGrammar: Grammar<MarkMatch> = {
  extensions: { mark: { '--mark': 1 } },
  negatable: ['--mark'],
  parse({ options }) {
    const option = find(options, '--mark');
    const mark = parseMasked(firstValue(option));
    return option && mark ? { kind: 'mark', negated: option.negated, ...mark } : null;
  },
  print: (match) => `mark ${printed(match.negated, `--mark ${printMark(match)}`)}`,
};
