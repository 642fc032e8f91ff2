import { TCP_FLAG, type TcpMatch } from '../../../kernel/netfilter/xtables/match/tcp.ts';
import { find, type Grammar, joined, type OptionUse, printed } from '../grammar.ts';
import { parseNumber } from '../numbers.ts';
import { portOption, printPorts } from '../ports.ts';

type Flags = NonNullable<TcpMatch['flags']>;

const FLAG_BITS = new Map<string, number>(
  Object.entries(TCP_FLAG).map(([name, bit]) => [name.toUpperCase(), bit]),
);
const ALL_FLAGS = 0x3f;

export const tcpGrammar: Grammar<TcpMatch> = {
  extensions: {
    tcp: {
      '--sport': 1,
      '--source-port': 1,
      '--dport': 1,
      '--destination-port': 1,
      '--tcp-flags': 2,
      '--syn': 0,
      '--tcp-option': 1,
    },
  },
  negatable: [
    '--sport',
    '--source-port',
    '--dport',
    '--destination-port',
    '--tcp-flags',
    '--syn',
    '--tcp-option',
  ],
  parse({ options }) {
    const sport = portOption(find(options, '--sport', '--source-port'));
    const dport = portOption(find(options, '--dport', '--destination-port'));
    const flags = parseFlags(options);
    const option = parseOption(find(options, '--tcp-option'));
    if (sport === undefined || dport === undefined) return null;
    if (flags === undefined || option === undefined) return null;
    return { kind: 'tcp', sport, dport, flags, option };
  },
  print: ({ sport, dport, flags, option }) =>
    joined(
      'tcp',
      printPorts('--sport', sport),
      printPorts('--dport', dport),
      option ? printed(option.negated, `--tcp-option ${option.number}`) : '',
      flags
        ? printed(flags.negated, `--tcp-flags ${printFlags(flags.mask)} ${printFlags(flags.set)}`)
        : '',
    ),
};

/** undefined when malformed. */
function parseFlags(options: readonly OptionUse[]): Flags | null | undefined {
  const syn = find(options, '--syn');
  if (syn) {
    const mask = TCP_FLAG.fin | TCP_FLAG.syn | TCP_FLAG.rst | TCP_FLAG.ack;
    return { negated: syn.negated, mask, set: TCP_FLAG.syn };
  }
  const option = find(options, '--tcp-flags');
  if (!option) return null;
  const mask = flagSet(option.values[0] ?? '');
  const set = flagSet(option.values[1] ?? '');
  return mask === null || set === null ? undefined : { negated: option.negated, mask, set };
}

function flagSet(text: string): number | null {
  if (text === 'ALL') return ALL_FLAGS;
  if (text === 'NONE') return 0;
  let bits = 0;
  for (const name of text.split(',')) {
    const bit = FLAG_BITS.get(name);
    if (bit === undefined) return null;
    bits |= bit;
  }
  return bits;
}

function printFlags(bits: number): string {
  const names = [...FLAG_BITS].filter(([, bit]) => (bits & bit) !== 0).map(([name]) => name);
  return names.join(',') || 'NONE';
}

function parseOption(option: OptionUse | undefined): TcpMatch['option'] | undefined {
  if (!option) return null;
  const number = parseNumber(option.values[0] ?? '', 255);
  return number === null ? undefined : { negated: option.negated, number };
}
