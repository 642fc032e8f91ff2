import type { SideEffectTarget } from '../../../kernel/netfilter/xtables/target/side-effect.ts';
import { type Grammar, joined } from '../grammar.ts';

export const sideEffectGrammar: Grammar<SideEffectTarget> = {
  extensions: {
    AUDIT: { '--type': 1 },
    CHECKSUM: { '--checksum-fill': 0 },
    CLASSIFY: { '--set-class': 1 },
    CONNSECMARK: { '--save': 0, '--restore': 0 },
    IDLETIMER: { '--timeout': 1, '--label': 1, '--alarm': 0 },
    LED: { '--led-trigger-id': 1, '--led-delay': 1, '--led-always-blink': 0 },
    NFLOG: {
      '--nflog-group': 1,
      '--nflog-prefix': 1,
      '--nflog-range': 1,
      '--nflog-size': 1,
      '--nflog-threshold': 1,
    },
    RATEEST: { '--rateest-name': 1, '--rateest-interval': 1, '--rateest-ewmalog': 1 },
    SECMARK: { '--selctx': 1 },
    TEE: { '--gateway': 1, '--oif': 1 },
    TRACE: {},
    ULOG: {
      '--ulog-nlgroup': 1,
      '--ulog-prefix': 1,
      '--ulog-cprange': 1,
      '--ulog-qthreshold': 1,
    },
  },
  negatable: [],
  parse: ({ name, raw }) => ({ kind: 'side-effect', name, options: raw }),
  print: ({ name, options }) => joined(name, options),
};
