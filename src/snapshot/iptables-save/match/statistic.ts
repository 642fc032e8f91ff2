import {
  STATISTIC_RANGE,
  type StatisticMatch,
} from '../../../kernel/netfilter/xtables/match/statistic.ts';
import { find, firstValue, type Grammar, printed } from '../grammar.ts';
import { MAX_U32, parseNumber } from '../numbers.ts';

export const statisticGrammar: Grammar<StatisticMatch> = {
  extensions: {
    statistic: { '--mode': 1, '--probability': 1, '--every': 1, '--packet': 1 },
  },
  negatable: ['--probability', '--every'],
  parse({ options }) {
    const mode = firstValue(find(options, '--mode'));
    if (mode === 'random') {
      const option = find(options, '--probability');
      const text = firstValue(option);
      if (!option || !/^(?:\d+\.?\d*|\.\d+)$/.test(text) || Number(text) > 1) return null;
      const threshold = Math.round(Number(text) * STATISTIC_RANGE);
      return { kind: 'statistic', negated: option.negated, mode, threshold };
    }
    if (mode === 'nth') {
      const option = find(options, '--every');
      const every = parseNumber(firstValue(option), MAX_U32);
      const packet = parseNumber(firstValue(find(options, '--packet')) || '0', MAX_U32);
      if (!option || !every || packet === null || packet >= every) return null;
      return { kind: 'statistic', negated: option.negated, mode, every, packet };
    }
    return null;
  },
  print(match) {
    const { negated } = match;
    if (match.mode === 'random') {
      const probability = (match.threshold / STATISTIC_RANGE).toFixed(11);
      return `statistic --mode random ${printed(negated, `--probability ${probability}`)}`;
    }
    const { every, packet } = match;
    return `statistic --mode nth ${printed(negated, `--every ${every} --packet ${packet}`)}`;
  },
};
