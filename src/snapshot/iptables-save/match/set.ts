import type { SetDirection } from '../../../kernel/netfilter/ipset-membership.ts';
import type { SetCounter, SetMatch } from '../../../kernel/netfilter/xtables/match/set.ts';
import { find, firstValue, type Grammar, joined, type OptionUse, printed } from '../grammar.ts';

const COMPARES = ['eq', 'lt', 'gt'] as const;

export const setGrammar: Grammar<SetMatch> = {
  extensions: {
    set: {
      '--match-set': 2,
      '--set': 2,
      '--return-nomatch': 0,
      '--update-counters': 0,
      '--update-subcounters': 0,
      '--packets-eq': 1,
      '--packets-lt': 1,
      '--packets-gt': 1,
      '--bytes-eq': 1,
      '--bytes-lt': 1,
      '--bytes-gt': 1,
    },
  },
  negatable: [
    '--match-set',
    '--set',
    '--update-counters',
    '--update-subcounters',
    '--packets-eq',
    '--bytes-eq',
  ],
  parse({ options }) {
    const option = find(options, '--match-set', '--set');
    const [set, list] = option?.values ?? [];
    if (!option || set === undefined || list === undefined) return null;
    const directions = parseDirections(list);
    const packets = parseCounter('packets', options);
    const bytes = parseCounter('bytes', options);
    if (directions === null || packets === undefined || bytes === undefined) return null;
    return {
      kind: 'set',
      negated: option.negated,
      set,
      directions,
      returnNomatch: find(options, '--return-nomatch') !== undefined,
      updateCounters: find(options, '--update-counters')?.negated !== true,
      updateSubcounters: find(options, '--update-subcounters')?.negated !== true,
      packets,
      bytes,
    };
  },
  print: (match) =>
    joined(
      'set',
      printed(match.negated, `--match-set ${match.set} ${match.directions.join(',')}`),
      match.returnNomatch ? '--return-nomatch' : '',
      match.updateCounters ? '' : '! --update-counters',
      match.updateSubcounters ? '' : '! --update-subcounters',
      printCounter('packets', match.packets),
      printCounter('bytes', match.bytes),
    ),
};

/** Directions of a set's dimensions, e.g. `src,dst`; null when a word is neither. */
export function parseDirections(list: string): readonly SetDirection[] | null {
  const directions: SetDirection[] = [];
  for (const word of list.split(',')) {
    if (word !== 'src' && word !== 'dst') return null;
    directions.push(word);
  }
  return directions;
}

function parseCounter(
  what: 'packets' | 'bytes',
  options: readonly OptionUse[],
): SetCounter | null | undefined {
  const [used, ...more] = COMPARES.flatMap((compare) => {
    const option = find(options, `--${what}-${compare}`);
    return option ? [{ compare, option }] : [];
  });
  if (!used) return null;
  const text = firstValue(used.option);
  if (more.length > 0 || !/^\d{1,20}$/.test(text)) return undefined;
  return { compare: used.option.negated ? 'ne' : used.compare, value: BigInt(text) };
}

function printCounter(what: 'packets' | 'bytes', counter: SetCounter | null): string {
  if (counter === null) return '';
  const { compare, value } = counter;
  return compare === 'ne' ? `! --${what}-eq ${value}` : `--${what}-${compare} ${value}`;
}
