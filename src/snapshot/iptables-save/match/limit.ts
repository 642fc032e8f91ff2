import type { LimitMatch } from '../../../kernel/netfilter/xtables/match/limit.ts';
import { find, firstValue, type Grammar, joined } from '../grammar.ts';
import { MAX_U32, parseNumber } from '../numbers.ts';

const DEFAULT_RATE = '3/hour';

export const limitGrammar: Grammar<LimitMatch> = {
  extensions: { limit: { '--limit': 1, '--limit-burst': 1 } },
  negatable: [],
  parse({ options }) {
    const burstOption = find(options, '--limit-burst');
    const burst = burstOption ? parseNumber(firstValue(burstOption), MAX_U32) : null;
    if (burstOption && burst === null) return null;
    return { kind: 'limit', rate: firstValue(find(options, '--limit')) || DEFAULT_RATE, burst };
  },
  print: ({ rate, burst }) =>
    joined('limit', `--limit ${rate}`, burst === null ? '' : `--limit-burst ${burst}`),
};
