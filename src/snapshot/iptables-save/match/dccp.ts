import type { DccpMatch } from '../../../kernel/netfilter/xtables/match/dccp.ts';
import { find, firstValue, type Grammar, joined, type OptionUse, printed } from '../grammar.ts';
import { numberOption } from '../numbers.ts';
import { portOption, printPorts } from '../ports.ts';

/** By their numbers; what is reserved is INVALID. RFC 4340 5.1. */
const TYPES = [
  'REQUEST',
  'RESPONSE',
  'DATA',
  'ACK',
  'DATAACK',
  'CLOSEREQ',
  'CLOSE',
  'RESET',
  'SYNC',
  'SYNCACK',
  'INVALID',
] as const;

const NUMBERS: ReadonlyMap<string, number> = new Map(TYPES.map((name, i) => [name, i]));

export const dccpGrammar: Grammar<DccpMatch> = {
  extensions: {
    dccp: {
      '--sport': 1,
      '--source-port': 1,
      '--dport': 1,
      '--destination-port': 1,
      '--dccp-types': 1,
      '--dccp-option': 1,
    },
  },
  negatable: [
    '--sport',
    '--source-port',
    '--dport',
    '--destination-port',
    '--dccp-types',
    '--dccp-option',
  ],
  parse({ options }) {
    const sport = portOption(find(options, '--sport', '--source-port'));
    const dport = portOption(find(options, '--dport', '--destination-port'));
    const types = parseTypes(find(options, '--dccp-types'));
    const option = numberOption(find(options, '--dccp-option'), 255);
    if (sport === undefined || dport === undefined) return null;
    if (types === undefined || option === undefined) return null;
    return {
      kind: 'dccp',
      sport,
      dport,
      types,
      option: option && { negated: option.negated, number: option.value },
    };
  },
  print: ({ sport, dport, types, option }) =>
    joined(
      'dccp',
      printPorts('--sport', sport),
      printPorts('--dport', dport),
      types
        ? printed(types.negated, `--dccp-types ${types.any.map((type) => TYPES[type]).join(',')}`)
        : '',
      option ? printed(option.negated, `--dccp-option ${option.number}`) : '',
    ),
};

/** In the order of their numbers. */
function parseTypes(option: OptionUse | undefined): DccpMatch['types'] | undefined {
  if (!option) return null;
  const any = firstValue(option)
    .split(',')
    .map((name) => NUMBERS.get(name.toUpperCase()) ?? -1);
  if (any.includes(-1)) return undefined;
  return { negated: option.negated, any: [...new Set(any)].sort((a, b) => a - b) };
}
