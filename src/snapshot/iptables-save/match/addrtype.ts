import type { AddrtypeMatch, TypeSet } from '../../../kernel/netfilter/xtables/match/addrtype.ts';
import { find, type Grammar, joined, printed } from '../grammar.ts';
import { listOf } from './conntrack.ts';

/** RTN_* in their order. */
const TYPES = [
  'UNSPEC',
  'UNICAST',
  'LOCAL',
  'BROADCAST',
  'ANYCAST',
  'MULTICAST',
  'BLACKHOLE',
  'UNREACHABLE',
  'PROHIBIT',
  'THROW',
  'NAT',
  'XRESOLVE',
] as const;

export const addrtypeGrammar: Grammar<AddrtypeMatch> = {
  extensions: {
    addrtype: { '--src-type': 1, '--dst-type': 1, '--limit-iface-in': 0, '--limit-iface-out': 0 },
  },
  negatable: ['--src-type', '--dst-type'],
  parse({ options }) {
    const source = listOf(find(options, '--src-type'), TYPES);
    const destination = listOf(find(options, '--dst-type'), TYPES);
    if (source === undefined || destination === undefined) return null;
    const limitTo = find(options, '--limit-iface-in')
      ? 'in'
      : find(options, '--limit-iface-out')
        ? 'out'
        : null;
    return {
      kind: 'addrtype',
      source: source && { negated: source.negated, types: source.any },
      destination: destination && { negated: destination.negated, types: destination.any },
      limitTo,
    };
  },
  print: ({ source, destination, limitTo }) =>
    joined(
      'addrtype',
      printTypes('--src-type', source),
      printTypes('--dst-type', destination),
      limitTo === null ? '' : `--limit-iface-${limitTo}`,
    ),
};

function printTypes(name: string, set: TypeSet | null): string {
  return set === null ? '' : printed(set.negated, `${name} ${set.types.join(',')}`);
}
