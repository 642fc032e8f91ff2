import type { EspMatch } from '../../../kernel/netfilter/xtables/match/esp.ts';
import { find, type Grammar, joined } from '../grammar.ts';
import { MAX_U32 } from '../numbers.ts';
import { printPorts, rangeOption } from '../ports.ts';

export const espGrammar: Grammar<EspMatch> = {
  extensions: { esp: { '--espspi': 1 } },
  negatable: ['--espspi'],
  parse({ options }) {
    const spi = rangeOption(find(options, '--espspi'), MAX_U32);
    return spi === undefined ? null : { kind: 'esp', spi };
  },
  print: ({ spi }) => joined('esp', printPorts('--espspi', spi)),
};
