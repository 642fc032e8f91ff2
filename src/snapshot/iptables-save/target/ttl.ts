import type { TtlTarget } from '../../../kernel/netfilter/xtables/target/ttl.ts';
import { firstValue, type Grammar } from '../grammar.ts';
import { parseNumber } from '../numbers.ts';

export const ttlGrammar: Grammar<TtlTarget> = {
  extensions: {
    TTL: { '--ttl-set': 1, '--ttl-inc': 1, '--ttl-dec': 1 },
    HL: { '--hl-set': 1, '--hl-inc': 1, '--hl-dec': 1 },
  },
  negatable: [],
  parse({ name, options }) {
    const [option] = options;
    const value = parseNumber(firstValue(option), 255);
    const operation = option && /-(set|inc|dec)$/.exec(option.name)?.[1];
    if (value === null || options.length > 1) return null;
    if (operation !== 'set' && operation !== 'inc' && operation !== 'dec') return null;
    return { kind: 'ttl', version: name === 'TTL' ? 4 : 6, operation, value };
  },
  print({ version, operation, value }) {
    const name = version === 4 ? 'TTL' : 'HL';
    return `${name} --${name.toLowerCase()}-${operation} ${value}`;
  },
};
