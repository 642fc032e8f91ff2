import type { RateestMatch } from '../../../kernel/netfilter/xtables/match/rateest.ts';
import { type Grammar, joined } from '../grammar.ts';

export const rateestGrammar: Grammar<RateestMatch> = {
  extensions: {
    rateest: {
      '--rateest': 1,
      '--rateest1': 1,
      '--rateest2': 1,
      '--rateest-delta': 0,
      '--rateest-bps': 1,
      '--rateest-bps1': 1,
      '--rateest-bps2': 1,
      '--rateest-pps': 1,
      '--rateest-pps1': 1,
      '--rateest-pps2': 1,
      '--rateest-lt': 0,
      '--rateest-gt': 0,
      '--rateest-eq': 0,
    },
  },
  // Rates of both kinds are printed with a comparison each.
  repeatable: ['--rateest-lt', '--rateest-gt', '--rateest-eq'],
  negatable: ['--rateest-lt', '--rateest-gt', '--rateest-eq'],
  parse: ({ options, raw }) => (options.length === 0 ? null : { kind: 'rateest', options: raw }),
  print: ({ options }) => joined('rateest', options),
};
