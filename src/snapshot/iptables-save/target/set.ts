import type { SetTarget, SetUse } from '../../../kernel/netfilter/xtables/target/set.ts';
import { find, firstValue, type Grammar, joined, type OptionUse } from '../grammar.ts';
import { parseDirections } from '../match/set.ts';
import { MAX_U32, numberOption } from '../numbers.ts';

const MAPPED = ['mark', 'prio', 'queue'] as const;

export const setGrammar: Grammar<SetTarget> = {
  extensions: {
    SET: {
      '--add-set': 2,
      '--del-set': 2,
      '--map-set': 2,
      '--exist': 0,
      '--timeout': 1,
      '--map-mark': 0,
      '--map-prio': 0,
      '--map-queue': 0,
    },
  },
  negatable: [],
  parse({ options }) {
    const add = parseUse(find(options, '--add-set'));
    const remove = parseUse(find(options, '--del-set'));
    const map = parseUse(find(options, '--map-set'));
    const timeout = numberOption(find(options, '--timeout'), MAX_U32);
    if (add === undefined || remove === undefined || map === undefined) return null;
    if (timeout === undefined || (!add && !remove && !map)) return null;
    const what = MAPPED.filter((name) => find(options, `--map-${name}`) !== undefined);
    return {
      kind: 'set',
      add,
      remove,
      map: map && { ...map, what },
      exist: find(options, '--exist') !== undefined,
      timeout: timeout === null ? null : timeout.value,
    };
  },
  print: ({ add, remove, map, exist, timeout }) =>
    joined(
      'SET',
      printUse('--add-set', add),
      exist ? '--exist' : '',
      timeout === null ? '' : `--timeout ${timeout}`,
      printUse('--del-set', remove),
      printUse('--map-set', map),
      ...(map?.what ?? []).map((name) => `--map-${name}`),
    ),
};

/** null when it is absent, undefined when it is malformed. */
function parseUse(option: OptionUse | undefined): SetUse | null | undefined {
  if (!option) return null;
  const directions = parseDirections(option.values[1] ?? '');
  return directions === null ? undefined : { set: firstValue(option), directions };
}

function printUse(name: string, use: SetUse | null): string {
  return use ? `${name} ${use.set} ${use.directions.join(',')}` : '';
}
