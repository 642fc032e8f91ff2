import type { NfacctMatch } from '../../../kernel/netfilter/xtables/match/nfacct.ts';
import { find, firstValue, type Grammar } from '../grammar.ts';
import { printValue } from '../tokenize.ts';

export const nfacctGrammar: Grammar<NfacctMatch> = {
  extensions: { nfacct: { '--nfacct-name': 1 } },
  negatable: [],
  parse({ options }) {
    const option = find(options, '--nfacct-name');
    return option ? { kind: 'nfacct', name: firstValue(option) } : null;
  },
  // iptables 1.8 really prints two blanks here.
  print: ({ name }) => `nfacct --nfacct-name  ${printValue(name)}`,
};
