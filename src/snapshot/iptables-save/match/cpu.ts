import type { CpuMatch } from '../../../kernel/netfilter/xtables/match/cpu.ts';
import { find, type Grammar, printed } from '../grammar.ts';
import { MAX_U32, numberOption } from '../numbers.ts';

export const cpuGrammar: Grammar<CpuMatch> = {
  extensions: { cpu: { '--cpu': 1 } },
  negatable: ['--cpu'],
  parse({ options }) {
    const cpu = numberOption(find(options, '--cpu'), MAX_U32);
    return cpu ? { kind: 'cpu', negated: cpu.negated, cpu: cpu.value } : null;
  },
  print: ({ negated, cpu }) => `cpu ${printed(negated, `--cpu ${cpu}`)}`,
};
