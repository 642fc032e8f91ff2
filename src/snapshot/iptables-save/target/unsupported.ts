import type { UnsupportedTarget } from '../../../kernel/netfilter/xtables/target/unsupported.ts';
import { type Grammar, joined } from '../grammar.ts';

/** What could not be read is printed as it was. */
export const unsupportedGrammar: Grammar<UnsupportedTarget> = {
  extensions: {},
  negatable: [],
  parse: () => null,
  print: ({ name, options }) => joined(name, options),
};

/** Targets that exist and are not modelled. */
const KNOWN = ['CLUSTERIP', 'MIRROR', 'SAME'];

/** Targets that need conntrack, for when their options could not be read. */
const CONNTRACK = [
  'CONNMARK',
  'CONNSECMARK',
  'CT',
  'DNAT',
  'MASQUERADE',
  'NETMAP',
  'REDIRECT',
  'SNAT',
  'SYNPROXY',
];

/** A target that stays as it was read. */
export function unsupportedTarget(
  name: string,
  options: string,
  named: boolean,
): UnsupportedTarget {
  return {
    kind: 'unsupported',
    name,
    options,
    known: named || KNOWN.includes(name),
    usesConntrack: CONNTRACK.includes(name),
  };
}
