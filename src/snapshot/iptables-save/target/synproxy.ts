import type { SynproxyTarget } from '../../../kernel/netfilter/xtables/target/synproxy.ts';
import { type Grammar, joined } from '../grammar.ts';

export const synproxyGrammar: Grammar<SynproxyTarget> = {
  extensions: {
    SYNPROXY: { '--mss': 1, '--wscale': 1, '--timestamp': 0, '--sack-perm': 0, '--ecn': 0 },
  },
  negatable: [],
  parse: ({ raw }) => ({ kind: 'synproxy', options: raw }),
  print: ({ options }) => joined('SYNPROXY', options),
};
