import type { FragMatch } from '../../../kernel/netfilter/xtables/match/frag.ts';
import { find, type Grammar, joined, printed } from '../grammar.ts';
import { MAX_U32, numberOption } from '../numbers.ts';
import { printPorts, rangeOption } from '../ports.ts';

export const fragGrammar: Grammar<FragMatch> = {
  extensions: {
    frag: {
      '--fragid': 1,
      '--fraglen': 1,
      '--fragres': 0,
      '--fragfirst': 0,
      '--fragmore': 0,
      '--fraglast': 0,
    },
  },
  negatable: ['--fragid', '--fraglen'],
  parse({ options }) {
    const id = rangeOption(find(options, '--fragid'), MAX_U32);
    const length = numberOption(find(options, '--fraglen'), MAX_U32);
    const more = find(options, '--fragmore') !== undefined;
    const last = find(options, '--fraglast') !== undefined;
    if (id === undefined || length === undefined || (more && last)) return null;
    return {
      kind: 'frag',
      id,
      length: length && { negated: length.negated, length: length.value },
      reserved: find(options, '--fragres') !== undefined,
      first: find(options, '--fragfirst') !== undefined,
      place: more ? 'more' : last ? 'last' : null,
    };
  },
  print: ({ id, length, reserved, first, place }) =>
    joined(
      'frag',
      printPorts('--fragid', id),
      length ? printed(length.negated, `--fraglen ${length.length}`) : '',
      reserved ? '--fragres' : '',
      first ? '--fragfirst' : '',
      place === null ? '' : `--frag${place}`,
    ),
};
