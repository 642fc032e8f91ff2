import type { UnsupportedMatch } from '../../../kernel/netfilter/xtables/match/unsupported.ts';
import type { Grammar } from '../grammar.ts';

/** What could not be read is printed as it was. */
export const unsupportedGrammar: Grammar<UnsupportedMatch> = {
  extensions: {},
  negatable: [],
  parse: () => null,
  print: ({ text }) => text,
};

/**
 * Matches that exist and are not modelled: a program in bytecode, facts of IPVS, and those that other
 * versions of iptables have.
 */
const KNOWN = ['bpf', 'control', 'ipvs', 'l2tp', 'udplite'];

/** Matches that need conntrack, for when their options could not be read. */
const CONNTRACK = [
  'cluster',
  'connbytes',
  'connlabel',
  'connlimit',
  'connmark',
  'conntrack',
  'helper',
  'state',
];

/** A match that stays as it was read. */
export function unsupportedMatch(name: string, text: string, named: boolean): UnsupportedMatch {
  return {
    kind: 'unsupported',
    name,
    text,
    known: named || KNOWN.includes(name),
    usesConntrack: CONNTRACK.includes(name),
  };
}
