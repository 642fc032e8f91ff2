import type { MasqueradeTarget } from '../../../kernel/netfilter/xtables/target/masquerade.ts';
import { find, firstValue, type Grammar, joined } from '../grammar.ts';
import { parseNatPorts } from '../nat-range-text.ts';
import { printRange } from '../numbers.ts';

export const masqueradeGrammar: Grammar<MasqueradeTarget> = {
  extensions: { MASQUERADE: { '--to-ports': 1, '--random': 0, '--random-fully': 0 } },
  negatable: [],
  parse({ options }) {
    const option = find(options, '--to-ports');
    const ports = option ? parseNatPorts(firstValue(option)) : null;
    if (option && !ports) return null;
    return {
      kind: 'masquerade',
      ports,
      random: find(options, '--random') !== undefined,
      randomFully: find(options, '--random-fully') !== undefined,
    };
  },
  print: ({ ports, random, randomFully }) =>
    joined(
      'MASQUERADE',
      ports ? `--to-ports ${printRange(ports, '-')}` : '',
      random ? '--random' : '',
      randomFully ? '--random-fully' : '',
    ),
};
