import type { TimeMatch } from '../../../kernel/netfilter/xtables/match/time.ts';
import type { Grammar } from '../grammar.ts';

export const timeGrammar: Grammar<TimeMatch> = {
  extensions: {
    time: {
      '--datestart': 1,
      '--datestop': 1,
      '--timestart': 1,
      '--timestop': 1,
      '--monthdays': 1,
      '--weekdays': 1,
      '--contiguous': 0,
      '--kerneltz': 0,
      '--localtz': 0,
      '--utc': 0,
    },
  },
  negatable: ['--monthdays', '--weekdays'],
  parse: ({ raw }) => ({ kind: 'time', options: raw }),
  print: ({ options }) => `time ${options}`,
};
