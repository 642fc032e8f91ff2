import type { HashlimitMatch } from '../../../kernel/netfilter/xtables/match/hashlimit.ts';
import { find, type Grammar } from '../grammar.ts';

export const hashlimitGrammar: Grammar<HashlimitMatch> = {
  extensions: {
    hashlimit: {
      '--hashlimit-upto': 1,
      '--hashlimit': 1,
      '--hashlimit-above': 1,
      '--hashlimit-burst': 1,
      '--hashlimit-mode': 1,
      '--hashlimit-srcmask': 1,
      '--hashlimit-dstmask': 1,
      '--hashlimit-name': 1,
      '--hashlimit-htable-size': 1,
      '--hashlimit-htable-max': 1,
      '--hashlimit-htable-expire': 1,
      '--hashlimit-htable-gcinterval': 1,
      '--hashlimit-rate-match': 0,
      '--hashlimit-rate-interval': 1,
    },
  },
  negatable: ['--hashlimit-upto', '--hashlimit', '--hashlimit-above'],
  parse({ options, raw }) {
    const above = find(options, '--hashlimit-above');
    const upto = find(options, '--hashlimit-upto', '--hashlimit');
    if (!above === !upto) return null;
    // `! --hashlimit-upto` is `--hashlimit-above`.
    const holds = (above?.negated ?? !upto?.negated) ? 'upto' : 'above';
    return { kind: 'hashlimit', holds, options: raw };
  },
  print: ({ options }) => `hashlimit ${options}`,
};
