import type { StolenTarget } from '../../../kernel/netfilter/xtables/target/stolen.ts';
import { type Grammar, joined } from '../grammar.ts';

export const stolenGrammar: Grammar<StolenTarget> = {
  extensions: {
    NFQUEUE: {
      '--queue-num': 1,
      '--queue-balance': 1,
      '--queue-bypass': 0,
      '--queue-cpu-fanout': 0,
    },
    QUEUE: {},
    SYNPROXY: { '--mss': 1, '--wscale': 1, '--timestamp': 0, '--sack-perm': 0, '--ecn': 0 },
    TPROXY: { '--on-port': 1, '--on-ip': 1, '--tproxy-mark': 1 },
  },
  negatable: [],
  parse: ({ name, raw }) => ({ kind: 'stolen', name, options: raw }),
  print: ({ name, options }) => joined(name, options),
};
