import type { RedirectTarget } from '../../../kernel/netfilter/xtables/target/redirect.ts';
import { find, firstValue, type Grammar, joined } from '../grammar.ts';
import { parseNatPorts } from '../nat-range-text.ts';
import { printRange } from '../numbers.ts';

export const redirectGrammar: Grammar<RedirectTarget> = {
  extensions: { REDIRECT: { '--to-ports': 1, '--random': 0 } },
  negatable: [],
  parse({ options }) {
    const option = find(options, '--to-ports');
    const ports = option ? parseNatPorts(firstValue(option)) : null;
    if (option && !ports) return null;
    return { kind: 'redirect', ports, random: find(options, '--random') !== undefined };
  },
  print: ({ ports, random }) =>
    joined(
      'REDIRECT',
      ports ? `--to-ports ${printRange(ports, '-')}` : '',
      random ? '--random' : '',
    ),
};
