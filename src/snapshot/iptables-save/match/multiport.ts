import type { MultiportMatch } from '../../../kernel/netfilter/xtables/match/multiport.ts';
import { firstValue, type Grammar, printed } from '../grammar.ts';
import { type NumberRange, printRange } from '../numbers.ts';
import { parsePorts } from '../ports.ts';

const SIDES: Readonly<Record<string, MultiportMatch['side']>> = {
  '--sports': 'source',
  '--source-ports': 'source',
  '--dports': 'destination',
  '--destination-ports': 'destination',
  '--ports': 'either',
};

const OPTIONS: Readonly<Record<MultiportMatch['side'], string>> = {
  source: '--sports',
  destination: '--dports',
  either: '--ports',
};

export const multiportGrammar: Grammar<MultiportMatch> = {
  extensions: {
    multiport: {
      '--sports': 1,
      '--source-ports': 1,
      '--dports': 1,
      '--destination-ports': 1,
      '--ports': 1,
    },
  },
  negatable: ['--sports', '--source-ports', '--dports', '--destination-ports', '--ports'],
  parse({ options }) {
    const [option] = options;
    const side = option && SIDES[option.name];
    if (!option || !side || options.length > 1) return null;
    const ranges: NumberRange[] = [];
    for (const text of firstValue(option).split(',')) {
      const range = parsePorts(text);
      if (range === null) return null;
      ranges.push(range);
    }
    return { kind: 'multiport', negated: option.negated, side, ranges };
  },
  print({ negated, side, ranges }) {
    const list = ranges.map((range) => printRange(range, ':')).join(',');
    return `multiport ${printed(negated, `${OPTIONS[side]} ${list}`)}`;
  },
};
