import type { TosMatch } from '../../../kernel/netfilter/xtables/match/tos.ts';
import { find, firstValue, type Grammar, printed } from '../grammar.ts';
import { parseMasked, printMasked } from '../numbers.ts';

export const tosGrammar: Grammar<TosMatch> = {
  extensions: { tos: { '--tos': 1 } },
  negatable: ['--tos'],
  parse({ options }) {
    const option = find(options, '--tos');
    const tos = parseMasked(firstValue(option), 255);
    return option && tos ? { kind: 'tos', negated: option.negated, ...tos } : null;
  },
  print: (match) => `tos ${printed(match.negated, `--tos ${printMasked(match, 2)}`)}`,
};
