import type { MhMatch } from '../../../kernel/netfilter/xtables/match/mh.ts';
import { find, type Grammar, joined } from '../grammar.ts';
import { printPorts, rangeOption } from '../ports.ts';

/** By their numbers. RFC 6275 6.1. */
const NAMES: readonly (readonly string[])[] = [
  ['binding-refresh-request', 'brr'],
  ['home-test-init', 'hoti'],
  ['careof-test-init', 'coti'],
  ['home-test', 'hot'],
  ['careof-test', 'cot'],
  ['binding-update', 'bu'],
  ['binding-acknowledgement', 'ba'],
  ['binding-error', 'be'],
];

export const mhGrammar: Grammar<MhMatch> = {
  extensions: { mh: { '--mh-type': 1 } },
  negatable: ['--mh-type'],
  parse({ options }) {
    const option = find(options, '--mh-type');
    const values = (option?.values ?? []).map((text) => text.split(':').map(number).join(':'));
    const type = rangeOption(option && { ...option, values }, 255);
    return type === undefined ? null : { kind: 'mh', type };
  },
  print: ({ type }) => joined('mh', printPorts('--mh-type', type)),
};

function number(text: string): string {
  const named = NAMES.findIndex((names) => names.includes(text.toLowerCase()));
  return named < 0 ? text : String(named);
}
