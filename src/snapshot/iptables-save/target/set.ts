import type { SetTarget } from '../../../kernel/netfilter/xtables/target/set.ts';
import { type Grammar, joined } from '../grammar.ts';

/** `--map-set` also changes the packet's mark and is left out: it makes the target unsupported. */
export const setGrammar: Grammar<SetTarget> = {
  extensions: {
    SET: { '--add-set': 2, '--del-set': 2, '--exist': 0, '--timeout': 1 },
  },
  negatable: [],
  parse: ({ raw }) => ({ kind: 'set', options: raw }),
  print: ({ options }) => joined('SET', options),
};
