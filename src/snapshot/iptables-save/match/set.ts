import type { SetDirection } from '../../../kernel/netfilter/ipset-membership.ts';
import type { SetMatch } from '../../../kernel/netfilter/xtables/match/set.ts';
import { find, type Grammar, joined, printed } from '../grammar.ts';

export const setGrammar: Grammar<SetMatch> = {
  extensions: { set: { '--match-set': 2, '--set': 2, '--return-nomatch': 0 } },
  negatable: ['--match-set', '--set'],
  parse({ options }) {
    const option = find(options, '--match-set', '--set');
    const [set, list] = option?.values ?? [];
    if (!option || set === undefined || list === undefined) return null;
    const directions = parseDirections(list);
    if (directions === null) return null;
    const returnNomatch = find(options, '--return-nomatch') !== undefined;
    return { kind: 'set', negated: option.negated, set, directions, returnNomatch };
  },
  print: ({ negated, set, directions, returnNomatch }) =>
    joined(
      'set',
      printed(negated, `--match-set ${set} ${directions.join(',')}`),
      returnNomatch ? '--return-nomatch' : '',
    ),
};

function parseDirections(list: string): SetDirection[] | null {
  const directions: SetDirection[] = [];
  for (const word of list.split(',')) {
    if (word !== 'src' && word !== 'dst') return null;
    directions.push(word);
  }
  return directions;
}
