import type { IpcompMatch } from '../../../kernel/netfilter/xtables/match/ipcomp.ts';
import { find, type Grammar, joined } from '../grammar.ts';
import { MAX_U32 } from '../numbers.ts';
import { printPorts, rangeOption } from '../ports.ts';

/** Without the option iptables asks for the index 0. */
const NONE = { negated: false, first: 0, last: 0 };

export const ipcompGrammar: Grammar<IpcompMatch> = {
  extensions: { ipcomp: { '--ipcompspi': 1, '--compres': 0 } },
  negatable: ['--ipcompspi'],
  parse({ options }) {
    const spi = rangeOption(find(options, '--ipcompspi'), MAX_U32);
    if (spi === undefined) return null;
    return { kind: 'ipcomp', spi: spi ?? NONE, reserved: find(options, '--compres') !== undefined };
  },
  print: ({ spi, reserved }) =>
    joined('ipcomp', printPorts('--ipcompspi', spi), reserved ? '--compres' : ''),
};
