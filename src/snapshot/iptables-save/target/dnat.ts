import type { DnatTarget } from '../../../kernel/netfilter/xtables/target/dnat.ts';
import { find, firstValue, type Grammar, joined } from '../grammar.ts';
import { parseNatRange, printNatRange } from '../nat-range-text.ts';

export const dnatGrammar: Grammar<DnatTarget> = {
  extensions: {
    DNAT: { '--to-destination': 1, '--random': 0, '--persistent': 0 },
  },
  negatable: [],
  parse({ options, scope }) {
    const range = parseNatRange(firstValue(find(options, '--to-destination')), scope.family);
    return (
      range && {
        kind: 'dnat',
        ...range,
        random: find(options, '--random') !== undefined,
        randomFully: false,
        persistent: find(options, '--persistent') !== undefined,
      }
    );
  },
  print: (target) =>
    joined(
      'DNAT',
      `--to-destination ${printNatRange(target)}`,
      target.random ? '--random' : '',
      target.persistent ? '--persistent' : '',
    ),
};
