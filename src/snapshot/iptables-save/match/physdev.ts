import type { Flag, PhysdevMatch } from '../../../kernel/netfilter/xtables/match/physdev.ts';
import { deviceOption, printDevice } from '../devices.ts';
import { find, flag, type Grammar, joined, printed } from '../grammar.ts';

export const physdevGrammar: Grammar<PhysdevMatch> = {
  extensions: {
    physdev: {
      '--physdev-in': 1,
      '--physdev-out': 1,
      '--physdev-is-in': 0,
      '--physdev-is-out': 0,
      '--physdev-is-bridged': 0,
    },
  },
  negatable: [
    '--physdev-in',
    '--physdev-out',
    '--physdev-is-in',
    '--physdev-is-out',
    '--physdev-is-bridged',
  ],
  parse: ({ options }) => ({
    kind: 'physdev',
    inPort: deviceOption(find(options, '--physdev-in')),
    outPort: deviceOption(find(options, '--physdev-out')),
    isIn: flag(find(options, '--physdev-is-in')),
    isOut: flag(find(options, '--physdev-is-out')),
    isBridged: flag(find(options, '--physdev-is-bridged')),
  }),
  print: ({ inPort, outPort, isIn, isOut, isBridged }) =>
    joined(
      'physdev',
      printFlag('--physdev-is-in', isIn),
      printDevice('--physdev-in', inPort),
      printFlag('--physdev-is-out', isOut),
      printDevice('--physdev-out', outPort),
      printFlag('--physdev-is-bridged', isBridged),
    ),
};

function printFlag(name: string, value: Flag): string {
  return value === null ? '' : printed(value === 'no', name);
}
