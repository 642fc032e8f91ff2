import type { DscpMatch } from '../../../kernel/netfilter/xtables/match/dscp.ts';
import { parseDscp } from '../dscp-value.ts';
import { type Grammar, printed } from '../grammar.ts';
import { hex } from '../numbers.ts';

export const dscpGrammar: Grammar<DscpMatch> = {
  extensions: { dscp: { '--dscp': 1, '--dscp-class': 1 } },
  negatable: ['--dscp', '--dscp-class'],
  parse({ options }) {
    const [option] = options;
    const value = option ? parseDscp(option) : null;
    if (!option || value === null || options.length > 1) return null;
    return { kind: 'dscp', negated: option.negated, value };
  },
  print: ({ negated, value }) => `dscp ${printed(negated, `--dscp ${hex(value, 2)}`)}`,
};
