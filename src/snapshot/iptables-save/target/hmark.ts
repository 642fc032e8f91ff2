import type { HmarkTarget } from '../../../kernel/netfilter/xtables/target/hmark.ts';
import { find, firstValue, type Grammar, joined, type OptionUse } from '../grammar.ts';
import { hex, MAX_U32, parseNumber } from '../numbers.ts';

const MAX_PORT = 65_535;

/** What `--hmark-tuple` may list. */
const TUPLE = ['src', 'dst', 'sport', 'dport', 'spi', 'proto', 'ct'] as const;

export const hmarkGrammar: Grammar<HmarkTarget> = {
  extensions: {
    HMARK: {
      '--hmark-tuple': 1,
      '--hmark-src-prefix': 1,
      '--hmark-dst-prefix': 1,
      '--hmark-sport-mask': 1,
      '--hmark-dport-mask': 1,
      '--hmark-spi-mask': 1,
      '--hmark-sport': 1,
      '--hmark-dport': 1,
      '--hmark-spi': 1,
      '--hmark-proto-mask': 1,
      '--hmark-rnd': 1,
      '--hmark-mod': 1,
      '--hmark-offset': 1,
    },
  },
  negatable: [],
  parse({ options, scope: { family } }) {
    const listed = firstValue(find(options, '--hmark-tuple'));
    const tuple = listed === '' ? [] : listed.split(',');
    if (!tuple.every((name) => TUPLE.some((known) => known === name))) return null;
    const full = family === 4 ? 32 : 128;
    const number = (name: string, max: number, inTuple: string, whole: number): number | null => {
      const option: OptionUse | undefined = find(options, name);
      if (option) return parseNumber(firstValue(option), max);
      return tuple.includes(inTuple) ? whole : null;
    };
    const modulus = number('--hmark-mod', MAX_U32, '', 0);
    const random = number('--hmark-rnd', MAX_U32, '', 0);
    if (modulus === null || modulus === 0 || random === null) return null;
    return {
      kind: 'hmark',
      sourcePrefix: number('--hmark-src-prefix', full, 'src', full),
      destinationPrefix: number('--hmark-dst-prefix', full, 'dst', full),
      sportMask: number('--hmark-sport-mask', MAX_PORT, 'sport', MAX_PORT),
      dportMask: number('--hmark-dport-mask', MAX_PORT, 'dport', MAX_PORT),
      spiMask: number('--hmark-spi-mask', MAX_U32, 'spi', MAX_U32),
      sport: number('--hmark-sport', MAX_PORT, '', 0),
      dport: number('--hmark-dport', MAX_PORT, '', 0),
      spi: number('--hmark-spi', MAX_U32, '', 0),
      protocolMask: number('--hmark-proto-mask', MAX_PORT, 'proto', MAX_PORT),
      random,
      modulus,
      offset: number('--hmark-offset', MAX_U32, '', 0),
      connection: tuple.includes('ct'),
    };
  },
  print: (target) =>
    joined(
      'HMARK',
      decimal('--hmark-src-prefix', target.sourcePrefix),
      decimal('--hmark-dst-prefix', target.destinationPrefix),
      padded('--hmark-sport-mask', target.sportMask, 4),
      padded('--hmark-dport-mask', target.dportMask, 4),
      padded('--hmark-spi-mask', target.spiMask, 8),
      padded('--hmark-sport', target.sport, 4),
      padded('--hmark-dport', target.dport, 4),
      padded('--hmark-spi', target.spi, 8),
      padded('--hmark-proto-mask', target.protocolMask, 2),
      `--hmark-rnd ${hex(target.random, 8)} --hmark-mod ${target.modulus}`,
      decimal('--hmark-offset', target.offset),
      target.connection ? '--hmark-tuple ct' : '',
    ),
};

function decimal(name: string, value: number | null): string {
  return value === null ? '' : `${name} ${value}`;
}

function padded(name: string, value: number | null, digits: number): string {
  return value === null ? '' : `${name} ${hex(value, digits)}`;
}
