import type { TcpmssMatch } from '../../../kernel/netfilter/xtables/match/tcpmss.ts';
import { find, firstValue, type Grammar, printed } from '../grammar.ts';
import { parseRange, printRange } from '../numbers.ts';

export const tcpmssGrammar: Grammar<TcpmssMatch> = {
  extensions: { tcpmss: { '--mss': 1 } },
  negatable: ['--mss'],
  parse({ options }) {
    const option = find(options, '--mss');
    const range = parseRange(firstValue(option), ':', 65_535);
    return option && range ? { kind: 'tcpmss', negated: option.negated, ...range } : null;
  },
  print: (match) => `tcpmss ${printed(match.negated, `--mss ${printRange(match, ':')}`)}`,
};
