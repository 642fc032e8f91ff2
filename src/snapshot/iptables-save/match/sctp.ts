import type {
  SctpChunks,
  SctpChunkType,
  SctpMatch,
} from '../../../kernel/netfilter/xtables/match/sctp.ts';
import { find, type Grammar, joined, type OptionUse, printed } from '../grammar.ts';
import { portOption, printPorts } from '../ports.ts';

/** Numbers of chunk types in the order iptables prints them. RFC 9260 3.2, iptables: libxt_sctp.c. */
const CHUNKS: ReadonlyMap<string, number> = new Map([
  ['DATA', 0],
  ['INIT', 1],
  ['INIT_ACK', 2],
  ['SACK', 3],
  ['HEARTBEAT', 4],
  ['HEARTBEAT_ACK', 5],
  ['ABORT', 6],
  ['SHUTDOWN', 7],
  ['SHUTDOWN_ACK', 8],
  ['ERROR', 9],
  ['COOKIE_ECHO', 10],
  ['COOKIE_ACK', 11],
  ['ECN_ECNE', 12],
  ['ECN_CWR', 13],
  ['SHUTDOWN_COMPLETE', 14],
  ['ASCONF', 193],
  ['ASCONF_ACK', 128],
  ['FORWARD_TSN', 192],
]);

/** Letters of the flags that a chunk type has, the highest bit first; `-` is none. */
const FLAGS: ReadonlyMap<number, string> = new Map([
  [0, '----IUBE'],
  [6, '-------T'],
  [14, '-------T'],
]);
const ALL_TYPES = 256;

export const sctpGrammar: Grammar<SctpMatch> = {
  extensions: {
    sctp: {
      '--sport': 1,
      '--source-port': 1,
      '--dport': 1,
      '--destination-port': 1,
      '--chunk-types': 2,
    },
  },
  negatable: ['--sport', '--source-port', '--dport', '--destination-port', '--chunk-types'],
  parse({ options }) {
    const sport = portOption(find(options, '--sport', '--source-port'));
    const dport = portOption(find(options, '--dport', '--destination-port'));
    const chunks = parseChunks(find(options, '--chunk-types'));
    if (sport === undefined || dport === undefined || chunks === undefined) return null;
    return { kind: 'sctp', sport, dport, chunks };
  },
  print: ({ sport, dport, chunks }) =>
    joined(
      'sctp',
      printPorts('--sport', sport),
      printPorts('--dport', dport),
      chunks
        ? printed(chunks.negated, `--chunk-types ${chunks.how} ${printTypes(chunks.types)}`)
        : '',
    ),
};

function parseChunks(option: OptionUse | undefined): SctpChunks | null | undefined {
  if (!option) return null;
  const [how = '', list = ''] = option.values;
  if (how !== 'any' && how !== 'all' && how !== 'only') return undefined;
  const types = parseTypes(list);
  return types === null ? undefined : { negated: option.negated, how, types };
}

function parseTypes(list: string): readonly SctpChunkType[] | null {
  if (list === 'NONE') return [];
  if (list === 'ALL')
    return Array.from({ length: ALL_TYPES }, (_, type) => ({ type, flags: null }));
  const read = list.split(',').map(parseType);
  const types = read.flatMap((type) => type ?? []);
  if (types.length < read.length) return null;
  return types.sort((a, b) => a.type - b.type);
}

function parseType(text: string): SctpChunkType | null {
  const [name = '', letters] = text.split(':');
  const type = CHUNKS.get(name.toUpperCase());
  if (type === undefined) return null;
  if (letters === undefined) return { type, flags: null };
  const known = FLAGS.get(type) ?? '';
  let mask = 0;
  let set = 0;
  for (const letter of letters) {
    const at = letter === '-' ? -1 : known.indexOf(letter.toUpperCase());
    if (at < 0) return null;
    const bit = 0x80 >>> at;
    mask |= bit;
    if (letter === letter.toUpperCase()) set |= bit;
  }
  return { type, flags: { mask, set } };
}

function printTypes(types: readonly SctpChunkType[]): string {
  if (types.length === 0) return 'NONE';
  if (types.length === ALL_TYPES) return 'ALL';
  const names = new Map([...CHUNKS].map(([name, type]) => [type, name]));
  return types
    .map(({ type, flags }) => {
      const name = names.get(type) ?? '';
      if (flags === null) return name;
      const letters = [...(FLAGS.get(type) ?? '')].map((letter, i) => {
        const bit = 0x80 >>> i;
        if ((flags.mask & bit) === 0) return '';
        return (flags.set & bit) === 0 ? letter.toLowerCase() : letter;
      });
      return `${name}:${letters.join('')}`;
    })
    .join(',');
}
