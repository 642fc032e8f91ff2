import type { ConnlimitMatch } from '../../../kernel/netfilter/xtables/match/connlimit.ts';
import { find, firstValue, type Grammar } from '../grammar.ts';
import { MAX_U32, parseNumber } from '../numbers.ts';

export const connlimitGrammar: Grammar<ConnlimitMatch> = {
  extensions: {
    connlimit: {
      '--connlimit-above': 1,
      '--connlimit-upto': 1,
      '--connlimit-mask': 1,
      '--connlimit-saddr': 0,
      '--connlimit-daddr': 0,
    },
  },
  negatable: ['--connlimit-above', '--connlimit-upto'],
  parse({ options, scope: { family } }) {
    const above = find(options, '--connlimit-above');
    const option = above ?? find(options, '--connlimit-upto');
    const limit = parseNumber(firstValue(option), MAX_U32);
    const full = family === 4 ? 32 : 128;
    const mask = find(options, '--connlimit-mask');
    const prefix = mask ? parseNumber(firstValue(mask), full) : full;
    if (!option || limit === null || prefix === null) return null;
    return {
      kind: 'connlimit',
      holds: (above !== undefined) === option.negated ? 'upto' : 'above',
      limit,
      prefix,
      side: find(options, '--connlimit-daddr') ? 'destination' : 'source',
    };
  },
  print: ({ holds, limit, prefix, side }) =>
    `connlimit --connlimit-${holds} ${limit} --connlimit-mask ${prefix} --connlimit-${side === 'source' ? 'saddr' : 'daddr'}`,
};
