import type { NptTarget } from '../../../kernel/netfilter/xtables/target/npt.ts';
import { formatPrefix, network, type Prefix, parsePrefix } from '../../../packet/prefix.ts';
import { find, firstValue, type Grammar } from '../grammar.ts';

const LONGEST = 64;

export const nptGrammar: Grammar<NptTarget> = {
  extensions: {
    SNPT: { '--src-pfx': 1, '--dst-pfx': 1 },
    DNPT: { '--src-pfx': 1, '--dst-pfx': 1 },
  },
  negatable: [],
  parse({ name, options }) {
    const from = prefix(firstValue(find(options, '--src-pfx')));
    const to = prefix(firstValue(find(options, '--dst-pfx')));
    if (from === null || to === null) return null;
    return { kind: 'npt', side: name === 'SNPT' ? 'source' : 'destination', from, to };
  },
  print: ({ side, from, to }) =>
    `${side === 'source' ? 'SNPT' : 'DNPT'} --src-pfx ${formatPrefix(from)} --dst-pfx ${formatPrefix(to)}`,
};

function prefix(text: string): Prefix | null {
  const read = parsePrefix(text);
  return read?.address.family === 6 && read.length <= LONGEST ? network(read) : null;
}
