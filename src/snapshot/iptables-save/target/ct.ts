import type { CtTarget, CtZone } from '../../../kernel/netfilter/xtables/target/ct.ts';
import { find, firstValue, type Grammar, joined, type OptionUse } from '../grammar.ts';
import { parseNumber } from '../numbers.ts';

const DIRECTIONS: Readonly<Record<string, CtZone['direction']>> = {
  '--zone': 'both',
  '--zone-orig': 'original',
  '--zone-reply': 'reply',
};

export const ctGrammar: Grammar<CtTarget> = {
  extensions: {
    CT: {
      '--notrack': 0,
      '--zone': 1,
      '--zone-orig': 1,
      '--zone-reply': 1,
      '--helper': 1,
      '--ctevents': 1,
      '--expevents': 1,
      '--timeout': 1,
    },
    NOTRACK: {},
  },
  negatable: [],
  parse({ name, options, raw }) {
    const zoneOption = find(options, ...Object.keys(DIRECTIONS));
    const zone = zoneOption ? parseZone(zoneOption) : null;
    if (zoneOption && !zone) return null;
    const isNotrack = name === 'NOTRACK';
    return {
      kind: 'ct',
      name: isNotrack ? 'NOTRACK' : 'CT',
      notrack: isNotrack || find(options, '--notrack') !== undefined,
      zone,
      options: raw,
    };
  },
  print: ({ name, options }) => joined(name, options),
};

function parseZone(option: OptionUse): CtZone | null {
  const direction = DIRECTIONS[option.name];
  const text = firstValue(option);
  const zone = text === 'mark' ? text : parseNumber(text, 65_535);
  return direction === undefined || zone === null ? null : { direction, zone };
}
