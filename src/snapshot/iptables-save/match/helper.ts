import type { HelperMatch } from '../../../kernel/netfilter/xtables/match/helper.ts';
import { find, firstValue, type Grammar, printed } from '../grammar.ts';
import { printValue } from '../tokenize.ts';

export const helperGrammar: Grammar<HelperMatch> = {
  extensions: { helper: { '--helper': 1 } },
  negatable: ['--helper'],
  parse({ options }) {
    const option = find(options, '--helper');
    return option ? { kind: 'helper', negated: option.negated, helper: firstValue(option) } : null;
  },
  print: ({ negated, helper }) => `helper ${printed(negated, `--helper ${printValue(helper)}`)}`,
};
