import type {
  ConntrackMatch,
  CtStateBit,
  CtStatus,
  TupleMatch,
} from '../../../kernel/netfilter/xtables/match/conntrack.ts';
import { parseAddressMatch, printShortAddress } from '../addresses.ts';
import {
  find,
  firstValue,
  type Grammar,
  joined,
  type OptionUse,
  type ParseScope,
  printed,
} from '../grammar.ts';
import { MAX_U32, parseRange } from '../numbers.ts';
import { portOption, printPorts } from '../ports.ts';
import { readProtocol } from '../protocol-name.ts';

/** In the order iptables prints them. */
const STATES: readonly CtStateBit[] = [
  'INVALID',
  'NEW',
  'RELATED',
  'ESTABLISHED',
  'UNTRACKED',
  'SNAT',
  'DNAT',
];
const STATUSES: readonly CtStatus[] = ['EXPECTED', 'SEEN_REPLY', 'ASSURED', 'CONFIRMED'];

export const conntrackGrammar: Grammar<ConntrackMatch> = {
  extensions: {
    conntrack: {
      '--ctstate': 1,
      '--ctproto': 1,
      '--ctorigsrc': 1,
      '--ctorigdst': 1,
      '--ctreplsrc': 1,
      '--ctrepldst': 1,
      '--ctorigsrcport': 1,
      '--ctorigdstport': 1,
      '--ctreplsrcport': 1,
      '--ctrepldstport': 1,
      '--ctstatus': 1,
      '--ctexpire': 1,
      '--ctdir': 1,
    },
  },
  negatable: [
    '--ctstate',
    '--ctproto',
    '--ctorigsrc',
    '--ctorigdst',
    '--ctreplsrc',
    '--ctrepldst',
    '--ctorigsrcport',
    '--ctorigdstport',
    '--ctreplsrcport',
    '--ctrepldstport',
    '--ctstatus',
    '--ctexpire',
  ],
  parse({ options, scope }) {
    const states = listOf(find(options, '--ctstate'), STATES);
    const protocol = parseProtocol(find(options, '--ctproto'));
    const original = parseTuple('orig', options, scope);
    const reply = parseTuple('repl', options, scope);
    const status = parseStatus(find(options, '--ctstatus'));
    const expires = parseExpires(find(options, '--ctexpire'));
    const direction = parseDirection(find(options, '--ctdir'));
    if (
      states === undefined ||
      protocol === undefined ||
      original === undefined ||
      reply === undefined ||
      status === undefined ||
      expires === undefined ||
      direction === undefined
    ) {
      return null;
    }
    return {
      kind: 'conntrack',
      states,
      protocol,
      original,
      reply,
      status,
      expires,
      direction,
    };
  },
  print: ({ states, protocol, original, reply, status, expires, direction }) =>
    joined(
      'conntrack',
      states ? printed(states.negated, `--ctstate ${states.any.join(',')}`) : '',
      protocol ? printed(protocol.negated, `--ctproto ${protocol.protocol}`) : '',
      printAddress('--ctorigsrc', original.source),
      printAddress('--ctorigdst', original.destination),
      printAddress('--ctreplsrc', reply.source),
      printAddress('--ctrepldst', reply.destination),
      printPorts('--ctorigsrcport', original.sport),
      printPorts('--ctorigdstport', original.dport),
      printPorts('--ctreplsrcport', reply.sport),
      printPorts('--ctrepldstport', reply.dport),
      status ? printed(status.negated, `--ctstatus ${status.any.join(',') || 'NONE'}`) : '',
      printPorts('--ctexpire', expires),
      direction ? printed(direction.negated, `--ctdir ${direction.direction.toUpperCase()}`) : '',
    ),
};

interface Listed<T> {
  readonly negated: boolean;
  readonly any: readonly T[];
}

/** A comma list of known words, in their printed order; undefined when one is not known. */
export function listOf<T extends string>(
  option: OptionUse | undefined,
  known: readonly T[],
): Listed<T> | null | undefined {
  if (!option) return null;
  const words = firstValue(option).toUpperCase().split(',');
  const any = known.filter((word) => words.includes(word));
  return any.length === new Set(words).size ? { negated: option.negated, any } : undefined;
}

function parseStatus(option: OptionUse | undefined): Listed<CtStatus> | null | undefined {
  return option && firstValue(option) === 'NONE'
    ? { negated: option.negated, any: [] }
    : listOf(option, STATUSES);
}

function parseProtocol(option: OptionUse | undefined): ConntrackMatch['protocol'] | undefined {
  if (!option) return null;
  const protocol = readProtocol(firstValue(option));
  return protocol === null ? undefined : { negated: option.negated, protocol };
}

function parseExpires(option: OptionUse | undefined): ConntrackMatch['expires'] | undefined {
  if (!option) return null;
  const range = parseRange(firstValue(option), ':', MAX_U32);
  return range ? { negated: option.negated, ...range } : undefined;
}

function parseDirection(option: OptionUse | undefined): ConntrackMatch['direction'] | undefined {
  if (!option) return null;
  const direction = firstValue(option).toLowerCase();
  return direction === 'original' || direction === 'reply'
    ? { negated: option.negated, direction }
    : undefined;
}

function parseTuple(
  which: 'orig' | 'repl',
  options: readonly OptionUse[],
  scope: ParseScope,
): TupleMatch | undefined {
  const source = parseAddress(find(options, `--ct${which}src`), scope);
  const destination = parseAddress(find(options, `--ct${which}dst`), scope);
  const sport = portOption(find(options, `--ct${which}srcport`));
  const dport = portOption(find(options, `--ct${which}dstport`));
  if (source === undefined || destination === undefined) return undefined;
  if (sport === undefined || dport === undefined) return undefined;
  return { source, destination, sport, dport };
}

function parseAddress(
  option: OptionUse | undefined,
  scope: ParseScope,
): TupleMatch['source'] | undefined {
  if (!option) return null;
  return parseAddressMatch(firstValue(option), option.negated, scope) ?? undefined;
}

function printAddress(name: string, match: TupleMatch['source']): string {
  return match === null ? '' : printed(match.negated, `${name} ${printShortAddress(match)}`);
}
