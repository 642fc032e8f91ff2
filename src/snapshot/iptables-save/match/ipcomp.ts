import type { IpcompMatch } from '../../../kernel/netfilter/xtables/match/ipcomp.ts';
import { find, type Grammar, joined } from '../grammar.ts';
import { MAX_U32 } from '../numbers.ts';
import { printPorts, rangeOption } from '../ports.ts';

/**
 * A save without the option stands for every index. A rule that is written without it asks for the
 * index 0, and is saved so.
 */
export const ipcompGrammar: Grammar<IpcompMatch> = {
  extensions: { ipcomp: { '--ipcompspi': 1, '--compres': 0 } },
  negatable: ['--ipcompspi'],
  parse({ options }) {
    const spi = rangeOption(find(options, '--ipcompspi'), MAX_U32);
    if (spi === undefined) return null;
    return { kind: 'ipcomp', spi, reserved: find(options, '--compres') !== undefined };
  },
  print: ({ spi, reserved }) =>
    joined('ipcomp', printPorts('--ipcompspi', spi), reserved ? '--compres' : ''),
};
