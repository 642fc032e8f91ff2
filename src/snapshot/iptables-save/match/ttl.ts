import type { TtlMatch } from '../../../kernel/netfilter/xtables/match/ttl.ts';
import { firstValue, type Grammar, printed } from '../grammar.ts';
import { parseNumber } from '../numbers.ts';

export const ttlGrammar: Grammar<TtlMatch> = {
  extensions: {
    ttl: { '--ttl-eq': 1, '--ttl': 1, '--ttl-lt': 1, '--ttl-gt': 1 },
    hl: { '--hl-eq': 1, '--hl': 1, '--hl-lt': 1, '--hl-gt': 1 },
  },
  negatable: ['--ttl-eq', '--ttl', '--hl-eq', '--hl'],
  parse({ name, options }) {
    const [option] = options;
    const value = parseNumber(firstValue(option), 255);
    if (!option || value === null || options.length > 1) return null;
    const order = /-(lt|gt)$/.exec(option.name)?.[1];
    const compare = order === 'lt' || order === 'gt' ? order : option.negated ? 'ne' : 'eq';
    if (option.negated && compare !== 'ne') return null;
    return { kind: 'ttl', version: name === 'ttl' ? 4 : 6, compare, value };
  },
  print({ version, compare, value }) {
    const name = version === 4 ? 'ttl' : 'hl';
    const order = compare === 'ne' ? 'eq' : compare;
    return `${name} ${printed(compare === 'ne', `--${name}-${order} ${value}`)}`;
  },
};
