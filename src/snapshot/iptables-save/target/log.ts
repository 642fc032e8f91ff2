import type { LogTarget } from '../../../kernel/netfilter/xtables/target/log.ts';
import { find, firstValue, type Grammar, joined } from '../grammar.ts';
import { parseNumber } from '../numbers.ts';
import { printValue } from '../tokenize.ts';

/** In the order iptables prints them. */
const FLAGS = [
  '--log-tcp-sequence',
  '--log-tcp-options',
  '--log-ip-options',
  '--log-uid',
  '--log-macdecode',
];

/** syslog's levels by number. */
const LEVELS: readonly (readonly string[])[] = [
  ['emerg', 'panic'],
  ['alert'],
  ['crit'],
  ['error', 'err'],
  ['warning', 'warn'],
  ['notice'],
  ['info'],
  ['debug'],
];

const WARNING = 4;

export const logGrammar: Grammar<LogTarget> = {
  extensions: {
    LOG: {
      '--log-prefix': 1,
      '--log-level': 1,
      '--log-tcp-sequence': 0,
      '--log-tcp-options': 0,
      '--log-ip-options': 0,
      '--log-uid': 0,
      '--log-macdecode': 0,
    },
  },
  negatable: [],
  parse({ options }) {
    const option = find(options, '--log-level');
    const level = option ? parseLevel(firstValue(option)) : WARNING;
    if (level === null) return null;
    const flags = FLAGS.filter((flag) => find(options, flag));
    return { kind: 'log', prefix: firstValue(find(options, '--log-prefix')), level, flags };
  },
  print: ({ prefix, level, flags }) =>
    joined(
      'LOG',
      prefix === '' ? '' : `--log-prefix ${printValue(prefix)}`,
      level === WARNING ? '' : `--log-level ${level}`,
      ...flags,
    ),
};

function parseLevel(text: string): number | null {
  const named = LEVELS.findIndex((names) => names.includes(text));
  return named >= 0 ? named : parseNumber(text, LEVELS.length - 1);
}
