import type { TcpoptstripTarget } from '../../../kernel/netfilter/xtables/target/tcpoptstrip.ts';
import { find, firstValue, type Grammar } from '../grammar.ts';
import { parseNumber } from '../numbers.ts';

const NAMES: Readonly<Record<string, number>> = {
  mss: 2,
  wscale: 3,
  'sack-permitted': 4,
  sack: 5,
  timestamp: 8,
  md5: 19,
};

export const tcpoptstripGrammar: Grammar<TcpoptstripTarget> = {
  extensions: { TCPOPTSTRIP: { '--strip-options': 1 } },
  negatable: [],
  parse({ options }) {
    const words = firstValue(find(options, '--strip-options')).split(',');
    const read = words.map((word) =>
      Object.hasOwn(NAMES, word) ? NAMES[word] : parseNumber(word, 255),
    );
    const numbers = read.flatMap((number) => number ?? []);
    if (numbers.length < read.length) return null;
    return { kind: 'tcpoptstrip', options: [...new Set(numbers)].sort((a, b) => a - b) };
  },
  print: ({ options }) => `TCPOPTSTRIP --strip-options ${options.join(',')}`,
};
