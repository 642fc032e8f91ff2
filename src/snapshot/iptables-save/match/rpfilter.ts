import type { RpfilterMatch } from '../../../kernel/netfilter/xtables/match/rpfilter.ts';
import { find, type Grammar, joined } from '../grammar.ts';

export const rpfilterGrammar: Grammar<RpfilterMatch> = {
  extensions: {
    rpfilter: { '--loose': 0, '--validmark': 0, '--accept-local': 0, '--invert': 0 },
  },
  negatable: [],
  parse: ({ options }) => ({
    kind: 'rpfilter',
    loose: find(options, '--loose') !== undefined,
    validMark: find(options, '--validmark') !== undefined,
    acceptLocal: find(options, '--accept-local') !== undefined,
    invert: find(options, '--invert') !== undefined,
  }),
  print: ({ loose, validMark, acceptLocal, invert }) =>
    joined(
      'rpfilter',
      loose ? '--loose' : '',
      validMark ? '--validmark' : '',
      acceptLocal ? '--accept-local' : '',
      invert ? '--invert' : '',
    ),
};
