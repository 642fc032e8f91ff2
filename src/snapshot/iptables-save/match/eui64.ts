import type { Eui64Match } from '../../../kernel/netfilter/xtables/match/eui64.ts';
import type { Grammar } from '../grammar.ts';

export const eui64Grammar: Grammar<Eui64Match> = {
  extensions: { eui64: {} },
  negatable: [],
  parse: () => ({ kind: 'eui64' }),
  print: () => 'eui64',
};
