import type { SocketMatch } from '../../../kernel/netfilter/xtables/match/socket.ts';
import { find, type Grammar, joined } from '../grammar.ts';

export const socketGrammar: Grammar<SocketMatch> = {
  extensions: { socket: { '--transparent': 0, '--nowildcard': 0, '--restore-skmark': 0 } },
  negatable: [],
  parse: ({ options }) => ({
    kind: 'socket',
    noWildcard: find(options, '--nowildcard') !== undefined,
    transparent: find(options, '--transparent') !== undefined,
    restoreMark: find(options, '--restore-skmark') !== undefined,
  }),
  print: ({ noWildcard, transparent, restoreMark }) =>
    joined(
      'socket',
      transparent ? '--transparent' : '',
      noWildcard ? '--nowildcard' : '',
      restoreMark ? '--restore-skmark' : '',
    ),
};
