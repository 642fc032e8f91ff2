import type { LengthMatch } from '../../../kernel/netfilter/xtables/match/length.ts';
import { find, firstValue, type Grammar, printed } from '../grammar.ts';
import { parseRange, printRange } from '../numbers.ts';

export const lengthGrammar: Grammar<LengthMatch> = {
  extensions: { length: { '--length': 1 } },
  negatable: ['--length'],
  parse({ options }) {
    const option = find(options, '--length');
    const range = parseRange(firstValue(option), ':', 65_535);
    return option && range ? { kind: 'length', negated: option.negated, ...range } : null;
  },
  print: (match) => `length ${printed(match.negated, `--length ${printRange(match, ':')}`)}`,
};
