import type { OsfMatch } from '../../../kernel/netfilter/xtables/match/osf.ts';
import { find, type Grammar } from '../grammar.ts';

export const osfGrammar: Grammar<OsfMatch> = {
  extensions: { osf: { '--genre': 1, '--ttl': 1, '--log': 1 } },
  negatable: ['--genre'],
  parse: ({ options, raw }) => (find(options, '--genre') ? { kind: 'osf', options: raw } : null),
  print: ({ options }) => `osf ${options}`,
};
