import type { SnatTarget } from '../../../kernel/netfilter/xtables/target/snat.ts';
import { find, firstValue, type Grammar, joined } from '../grammar.ts';
import { parseNatRange, printNatRange } from '../nat-range-text.ts';

export const snatGrammar: Grammar<SnatTarget> = {
  extensions: {
    SNAT: { '--to-source': 1, '--random': 0, '--random-fully': 0, '--persistent': 0 },
  },
  negatable: [],
  parse({ options, scope }) {
    const range = parseNatRange(firstValue(find(options, '--to-source')), scope.family);
    if (!range || range.basePort !== null) return null;
    const { first, last, ports } = range;
    return {
      kind: 'snat',
      first,
      last,
      ports,
      random: find(options, '--random') !== undefined,
      randomFully: find(options, '--random-fully') !== undefined,
      persistent: find(options, '--persistent') !== undefined,
    };
  },
  print: (target) =>
    joined(
      'SNAT',
      `--to-source ${printNatRange({ ...target, basePort: null })}`,
      target.random ? '--random' : '',
      target.randomFully ? '--random-fully' : '',
      target.persistent ? '--persistent' : '',
    ),
};
