import type { AhMatch } from '../../../kernel/netfilter/xtables/match/ah.ts';
import { find, type Grammar, joined, printed } from '../grammar.ts';
import { MAX_U32, numberOption } from '../numbers.ts';
import { printPorts, rangeOption } from '../ports.ts';

/** One name for both families; what ip6tables alone has is null in IPv4. */
export const ahGrammar: Grammar<AhMatch> = {
  extensions: { ah: { '--ahspi': 1, '--ahlen': 1, '--ahres': 0 } },
  negatable: ['--ahspi', '--ahlen'],
  parse({ options, scope }) {
    const spi = rangeOption(find(options, '--ahspi'), MAX_U32);
    const length = numberOption(find(options, '--ahlen'), MAX_U32);
    if (spi === undefined || length === undefined) return null;
    const reserved = find(options, '--ahres') !== undefined;
    if (scope.family === 4 && (length || reserved)) return null;
    return {
      kind: 'ah',
      version: scope.family,
      spi,
      length: length && { negated: length.negated, length: length.value },
      reserved,
    };
  },
  print: ({ spi, length, reserved }) =>
    joined(
      'ah',
      printPorts('--ahspi', spi),
      length ? printed(length.negated, `--ahlen ${length.length}`) : '',
      reserved ? '--ahres' : '',
    ),
};
