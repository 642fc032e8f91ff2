import type { QueueTarget } from '../../../kernel/netfilter/xtables/target/queue.ts';
import { find, type Grammar, joined } from '../grammar.ts';

export const queueGrammar: Grammar<QueueTarget> = {
  extensions: {
    NFQUEUE: {
      '--queue-num': 1,
      '--queue-balance': 1,
      '--queue-bypass': 0,
      '--queue-cpu-fanout': 0,
    },
    QUEUE: {},
  },
  negatable: [],
  parse: ({ name, options, raw }) => ({
    kind: 'queue',
    name: name === 'QUEUE' ? name : 'NFQUEUE',
    options: name === 'NFQUEUE' && raw === '' ? '--queue-num 0' : raw,
    bypass: find(options, '--queue-bypass') !== undefined,
  }),
  print: ({ name, options }) => joined(name, options),
};
