import type { QuotaMatch } from '../../../kernel/netfilter/xtables/match/quota.ts';
import { find, firstValue, type Grammar, printed } from '../grammar.ts';

export const quotaGrammar: Grammar<QuotaMatch> = {
  extensions: { quota: { '--quota': 1 } },
  negatable: ['--quota'],
  parse({ options }) {
    const option = find(options, '--quota');
    const text = firstValue(option);
    if (!option || !/^\d{1,20}$/.test(text)) return null;
    return { kind: 'quota', negated: option.negated, bytes: BigInt(text) };
  },
  print: ({ negated, bytes }) => `quota ${printed(negated, `--quota ${bytes}`)}`,
};
